#define BOOST_TEST_MODULE early_stopping
#include <boost/test/unit_test.hpp>
#include <limits>
#include <string>

#include "tests/runtime/temporary_folder.hpp"
#include "tests/runtime/train/stripes.hpp"

using namespace tn;
using namespace tn_test;

namespace {

const Pictures held = stripes(17, 3);

/// Learns too fast to go on getting better: it ends early.
constexpr Adam hasty{.rate = 0.05f};

TrainOptions patient(int patience, int epochs) {
    TrainOptions o = run_options(epochs);
    o.schedule = RunSchedule::constant;
    o.warm_up = 0;
    o.patience = patience;
    o.held_out = &held;
    return o;
}

struct Run {
    std::vector<EpochResult> epochs;
    std::vector<float> weights;
    double held_loss;  // of the model that is left behind
};

std::vector<float> weights_of(const TestModel& model) {
    std::vector<float> all;
    for (const auto& t : model.tensors()) all.insert(all.end(), t.values.begin(), t.values.end());
    return all;
}

Run run_early(const TrainOptions& o, std::uint64_t stop_at = 0) {
    cpu::Device device(2);
    TestModel model(device, 3);
    model.active_outputs(3);
    Quiet quiet;
    TrainOptions with = o;
    if (stop_at) with.stop = [&] { return model.step() == stop_at; };
    const auto epochs = train(model, hasty, training, testing, with, quiet.progress);
    return {epochs, weights_of(model), evaluate(model, held, o.loader.normalise, o.batch).test_loss};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_run_ends_when_the_patience_does_and_leaves_the_best_epoch_behind) {
    const int patience = 3;
    for (const float average : {0.0f, 0.8f}) {
        TrainOptions o = patient(patience, 200);
        o.average = average;
        const Run r = run_early(o);
        BOOST_REQUIRE(r.epochs.size() < 200);
        double least = std::numeric_limits<double>::infinity();
        int best = 0;
        for (const EpochResult& e : r.epochs) {
            BOOST_TEST(std::isfinite(e.held_loss));
            if (e.held_loss < least) least = e.held_loss, best = e.epoch;
            BOOST_TEST(e.best == best);
            BOOST_TEST(e.last == (e.epoch - best == patience));
        }
        BOOST_TEST(r.epochs.back().last);
        BOOST_TEST(r.held_loss == least);
        // A run of as many epochs as the best one, at a rate that does not depend on the length, gives that model.
        TrainOptions shorter = o;
        shorter.epochs = best;
        shorter.patience = 0;
        BOOST_TEST((run_early(shorter).weights == r.weights));
    }
}

BOOST_AUTO_TEST_CASE(without_an_end_of_patience_the_run_takes_all_its_steps_and_leaves_the_best_too) {
    const Run r = run_early(patient(1000, 12));
    BOOST_TEST(r.epochs.size() == 12u);
    BOOST_TEST(r.epochs.back().last);
    BOOST_TEST(r.held_loss == r.epochs[r.epochs.back().best - 1].held_loss);
}

BOOST_AUTO_TEST_CASE(it_is_resumed_bit_by_bit_after_any_step_also_with_an_average) {
    TemporaryFolder folder;
    for (const float average : {0.0f, 0.8f}) {
        TrainOptions o = patient(3, 200);
        o.average = average;
        const Run whole = run_early(o);
        const std::uint64_t steps = whole.epochs.back().iteration;
        for (const std::uint64_t stop_at : {std::uint64_t{2}, std::uint64_t{4}, steps / 2, steps - 5, steps - 1}) {
            TrainOptions part = o;
            part.save_to = folder / "model.safetensors";
            const Run first = run_early(part, stop_at);
            BOOST_TEST((first.epochs.empty() || !first.epochs.back().last));
            // The file has what the model was left with.
            cpu::Device device(1);
            TestModel loaded(device, 8);
            load_checkpoint(part.save_to, loaded);
            BOOST_TEST((weights_of(loaded) == first.weights), "stopped after " << stop_at);
            part.resume_from = part.save_to;
            const Run rest = run_early(part);
            BOOST_TEST((rest.weights == whole.weights), "stopped after " << stop_at << ", average " << average);
            BOOST_REQUIRE(first.epochs.size() + rest.epochs.size() == whole.epochs.size());
            for (std::size_t e = 0; e < rest.epochs.size(); ++e) {
                BOOST_TEST(same(rest.epochs[e], whole.epochs[first.epochs.size() + e]));
                BOOST_TEST(rest.epochs[e].held_loss == whole.epochs[first.epochs.size() + e].held_loss);
            }
            BOOST_TEST(contains(error_of([&] { run_early(part); }), "the run has ended after epoch "));
        }
    }
}

BOOST_AUTO_TEST_CASE(it_looks_at_held_out_pictures_alone) {
    // Whatever is tested, the same model is kept.
    TrainOptions o = patient(3, 200);
    const Run r = run_early(o);
    cpu::Device device(1);
    TestModel model(device, 3);
    model.active_outputs(3);
    Quiet quiet;
    train(model, hasty, training, Pictures{}, o, quiet.progress);
    BOOST_TEST((weights_of(model) == r.weights));
    o.held_out = nullptr;
    BOOST_TEST(error_of([&] { run_early(o); }) == "a run with a patience needs samples that are held out for it");
    const Pictures none;
    o.held_out = &none;
    BOOST_TEST(error_of([&] { run_early(o); }) == "a run with a patience needs samples that are held out for it");
    o = patient(-1, 3);
    BOOST_TEST(error_of([&] { run_early(o); }) == "the patience must be at least 1 epoch, not -1");
}

BOOST_AUTO_TEST_CASE(what_a_checkpoint_says_of_the_best_must_be_in_order) {
    cpu::Device device(1);
    TestModel model(device, 3);
    BestModel best(model, 2), other(model, 2);
    BOOST_TEST(best.to_text() == "inf 0");
    other.from_text("inf 0", "file");
    BOOST_TEST(other.epoch() == 0);
    best.offer(model, 4, 1.0 / 3);
    best.offer(model, 5, 0.5);
    best.offer(model, 6, std::nan(""));
    BOOST_TEST(best.epoch() == 4);
    BOOST_TEST(!best.exhausted(5));
    BOOST_TEST(best.exhausted(6));
    other.from_text(best.to_text(), "file");
    BOOST_TEST(other.to_text() == best.to_text());
    for (const char* text : {"", "1", "nan 1", "inf 1", "0x1p+0 0", "0x1p+0 -1", "0x1p+0 1 2", "a b"})
        BOOST_TEST(error_of([&] { other.from_text(text, "file"); }) ==
                       "file: its metadata is not in order: 'best so far' must be a loss and an epoch",
                   text);
}
