#define BOOST_TEST_MODULE trainer
#include "runtime/train/trainer.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "dsl/typenet.hpp"
#include "tests/runtime/temporary_folder.hpp"
#include "tests/runtime/train/stripes.hpp"
#include "tests/support/allocations.hpp"

using namespace tn;
using namespace tn_test;

BOOST_AUTO_TEST_CASE(a_run_is_the_loop_that_one_would_write_and_drops_no_batch) {
    const Outcome trained = run(2, run_options(3));
    cpu::Device device(2);
    TestModel model(device, 3);
    model.active_outputs(3);
    LoaderOptions loading = run_options(3).loader;
    loading.batch = 8;
    Loader loader(training, loading);
    double loss = 0;
    int right = 0;
    for (int i = 0; i < 12; ++i) {
        const BatchView batch = loader.next();
        BOOST_TEST(batch.n == (i % 4 == 3 ? 5 : 8));
        std::copy(batch.inputs.begin(), batch.inputs.end(), model.input().begin());
        std::copy(batch.labels.begin(), batch.labels.end(), model.labels().begin());
        Adam step = adam;
        step.rate = adam.rate * schedule_of(run_options(3), 12).rate(i);
        const BatchResult r = model.train(batch.n, step);
        if (i >= 8) loss += r.loss, right += r.correct;
    }
    BOOST_TEST((everything(model) == trained.bits));
    BOOST_REQUIRE_EQUAL(trained.epochs.size(), 3u);
    for (int e = 0; e < 3; ++e) {
        BOOST_TEST(trained.epochs[e].epoch == e + 1);
        BOOST_TEST(trained.epochs[e].iteration == 4 * (e + 1));
    }
    BOOST_TEST(trained.epochs[2].train_loss == loss / 29);
    BOOST_TEST(trained.epochs[2].train_accuracy == right / 29.0);
    const EpochResult tested = evaluate(model, testing, loading.normalise, 8);
    BOOST_TEST(trained.epochs[2].test_loss == tested.test_loss);
    BOOST_TEST(trained.epochs[2].test_accuracy == tested.test_accuracy);
}

BOOST_AUTO_TEST_CASE(it_learns) {
    TrainOptions o = run_options(40);
    o.loader.augmentation = {};
    const Outcome trained = run(2, o);
    BOOST_TEST(trained.epochs.back().test_accuracy >= 0.9);
    BOOST_TEST(trained.epochs.back().train_loss < trained.epochs.front().train_loss / 2);
}

BOOST_AUTO_TEST_CASE(the_same_bits_at_any_number_of_threads_and_others_with_another_seed) {
    const Outcome one = run(1, run_options(3));
    for (int threads : {2, 8}) {
        TrainOptions o = run_options(3);
        o.loader.threads = threads;
        const Outcome more = run(threads, o);
        BOOST_TEST((more.bits == one.bits), threads << " threads");
        for (std::size_t e = 0; e < 3; ++e) BOOST_TEST(same(more.epochs[e], one.epochs[e]));
    }
    BOOST_TEST((run(1, run_options(3), 4).bits != one.bits));
}

BOOST_AUTO_TEST_CASE(a_resumed_run_ends_as_the_one_that_was_never_stopped) {
    TemporaryFolder folder;
    const Outcome whole = run(2, run_options(6));
    TrainOptions o = run_options(6);
    o.save_to = folder / "model.safetensors";
    cpu::Device device(2);
    Quiet quiet;
    struct PowerCut {};
    {
        TestModel model(device, 3);
        model.active_outputs(3);
        BOOST_CHECK_THROW(train(model, adam, training, testing, o, quiet.progress,
                                [](const EpochResult& e) {
                                    if (e.epoch == 2) throw PowerCut{};
                                }),
                          PowerCut);
    }
    o.resume_from = o.save_to;
    TestModel model(device, 3);
    model.active_outputs(3);
    const auto rest = train(model, adam, training, testing, o, quiet.progress);
    BOOST_TEST((everything(model) == whole.bits));
    // Epoch 2 was told but not saved, so it is gone through again.
    BOOST_REQUIRE_EQUAL(rest.size(), 5u);
    for (std::size_t e = 0; e < 5; ++e) BOOST_TEST(same(rest[e], whole.epochs[e + 1]));
    for (std::size_t e = 0; e < 5; ++e) BOOST_TEST(rest[e].last == (e == 4));
    // The file has the last epoch's model.
    TestModel loaded(device, 8);
    const CheckpointInfo info = load_checkpoint(o.save_to, loaded, true);
    BOOST_TEST((everything(loaded) == whole.bits));
    BOOST_TEST(info.step == 24u);
    BOOST_TEST(info.seed == 3u);
    BOOST_TEST(info.classes == o.classes, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(averaged_weights_are_tested_saved_and_left_behind_and_training_goes_on_without_them) {
    TemporaryFolder folder;
    TrainOptions o = run_options(3);
    o.average = 0.9f;
    o.save_to = folder / "model.safetensors";
    cpu::Device device(2);
    Quiet quiet;
    // The same run by hand: the average follows the weights of a run that does not average.
    LoaderOptions loading = o.loader;
    loading.batch = 8;
    Loader loader(training, loading);
    TestModel plain(device, 3);
    plain.active_outputs(3);
    WeightAverage average(plain, 0.9f);
    for (int i = 0; i < 12; ++i) {
        const BatchView batch = loader.next();
        std::copy(batch.inputs.begin(), batch.inputs.end(), plain.input().begin());
        std::copy(batch.labels.begin(), batch.labels.end(), plain.labels().begin());
        Adam step = adam;
        step.rate = adam.rate * schedule_of(o, 12).rate(i);
        plain.train(batch.n, step);
        average.add(plain, i + 1);
    }
    average.swap(plain);
    TestModel model(device, 3);
    model.active_outputs(3);
    struct PowerCut {};
    BOOST_CHECK_THROW(train(model, adam, training, testing, o, quiet.progress,
                            [](const EpochResult& e) {
                                if (e.epoch == 2) throw PowerCut{};
                            }),
                      PowerCut);
    o.resume_from = o.save_to;
    TestModel resumed(device, 3), loaded(device, 9);
    for (TestModel* m : {&resumed, &loaded}) m->active_outputs(3);
    const auto epochs = train(resumed, adam, training, testing, o, quiet.progress);
    load_checkpoint(o.save_to, loaded);
    for (std::size_t k = 0; k < plain.tensors().size(); ++k) {
        const auto want = plain.tensors()[k].values;
        for (const TestModel* m : {&resumed, &loaded}) {
            const auto have = m->tensors()[k].values;
            BOOST_TEST(std::equal(want.begin(), want.end(), have.begin(), have.end()), plain.tensors()[k].name);
        }
    }
    BOOST_TEST(epochs.back().test_loss == evaluate(plain, testing, o.loader.normalise, 8).test_loss);
    TestModel again(device, 3);
    again.active_outputs(3);
    o.average = 1;
    BOOST_TEST(contains(error_of([&] { train(again, adam, training, testing, o, quiet.progress); }),
                        "the decay of averaged weights must lie between 0 and 1"));
}

BOOST_AUTO_TEST_CASE(a_run_that_is_stopped_after_any_step_goes_on_to_the_same_end) {
    TemporaryFolder folder;
    cpu::Device device(2);
    Quiet quiet;
    const Outcome whole = run(2, run_options(3));
    for (std::uint64_t stop_at : {1u, 4u, 6u, 7u, 11u}) {  // 4 steps an epoch
        TrainOptions o = run_options(3);
        o.save_to = folder / "model.safetensors";
        TestModel first(device, 3), second(device, 3);
        first.active_outputs(3);
        second.active_outputs(3);
        o.stop = [&] { return first.step() == stop_at; };
        const auto begun = train(first, adam, training, testing, o, quiet.progress);
        BOOST_TEST(first.step() == stop_at);
        BOOST_TEST(first.step() < static_cast<std::uint64_t>(run_length(o, training.size())));
        BOOST_TEST(checkpoint_info(Safetensors(o.save_to), "").step == stop_at);
        BOOST_TEST(begun.size() == stop_at / 4);
        o.stop = {};
        o.resume_from = o.save_to;
        const auto rest = train(second, adam, training, testing, o, quiet.progress);
        BOOST_TEST((everything(second) == whole.bits), "stopped after step " << stop_at);
        BOOST_REQUIRE_EQUAL(rest.size(), 3 - begun.size());
        // Also the sums of the epoch that was under way.
        for (std::size_t e = 0; e < rest.size(); ++e) BOOST_TEST(same(rest[e], whole.epochs[e + begun.size()]));
    }
}

BOOST_AUTO_TEST_CASE(a_wish_to_stop_at_the_last_step_comes_too_late) {
    TrainOptions o = run_options(2);
    o.stop = [] { return false; };
    const Outcome never = run(1, o);
    int asked = 0;
    o.stop = [&] { return ++asked == 8; };
    BOOST_TEST((run(1, o).bits == never.bits));
    BOOST_TEST(asked == 7);
}

BOOST_AUTO_TEST_CASE(a_run_goes_on_only_from_its_own_checkpoint) {
    TemporaryFolder folder;
    cpu::Device device(1);
    Quiet quiet;
    TrainOptions o = run_options(2);
    o.save_to = folder / "model.safetensors";
    TestModel model(device, 3), other(device, 4), fresh(device, 3);
    for (TestModel* m : {&model, &other, &fresh}) m->active_outputs(3);
    train(model, adam, training, testing, o, quiet.progress);
    const auto before = everything(other), untouched = everything(fresh);
    o.resume_from = o.save_to;
    o.epochs = 3;
    BOOST_TEST(contains(error_of([&] { train(other, adam, training, testing, o, quiet.progress); }),
                        "model.safetensors: is of a run with seed 3, not 4: go on with the same seed"));
    BOOST_TEST((everything(other) == before));
    TrainOptions renamed = o;
    renamed.classes[1] = "crooked";
    BOOST_TEST(contains(error_of([&] { train(fresh, adam, training, testing, renamed, quiet.progress); }),
                        "is of a run with other classes: level slanting upright, not level crooked upright"));
    BOOST_TEST((everything(fresh) == untouched));
    TrainOptions missing = o;
    missing.resume_from = folder / "nothing.safetensors";
    BOOST_TEST(contains(error_of([&] { train(fresh, adam, training, testing, missing, quiet.progress); }),
                        "nothing.safetensors"));
    // A run that is over has nothing left to do, and says so.
    o.epochs = 2;
    BOOST_TEST(error_of([&] { train(fresh, adam, training, testing, o, quiet.progress); }) ==
               "the model has taken 8 steps, and a run of 8 was asked for: ask for a longer one");
}

BOOST_AUTO_TEST_CASE(each_epoch_is_told_before_it_is_saved) {
    TemporaryFolder folder;
    cpu::Device device(1);
    TestModel model(device, 3);
    model.active_outputs(3);
    TrainOptions o = run_options(3);
    o.save_to = folder / "model.safetensors";
    Quiet quiet;
    int told = 0;
    train(model, adam, training, testing, o, quiet.progress, [&](const EpochResult& e) {
        if (told > 0)
            BOOST_TEST(checkpoint_info(Safetensors(o.save_to), "").step == 4u * static_cast<unsigned>(told));
        else
            BOOST_TEST(!std::filesystem::exists(o.save_to));
        BOOST_TEST(e.epoch == ++told);
    });
    BOOST_TEST(checkpoint_info(Safetensors(o.save_to), "").step == 12u);
    BOOST_TEST(told == 3);
}

BOOST_AUTO_TEST_CASE(iterations_may_end_a_run_within_an_epoch) {
    TrainOptions o = run_options(100);
    o.iterations = 6;
    const Outcome trained = run(1, o);
    BOOST_REQUIRE_EQUAL(trained.epochs.size(), 2u);
    BOOST_TEST(trained.epochs[0].iteration == 4);
    BOOST_TEST(trained.epochs[1].iteration == 6);
    BOOST_TEST(trained.epochs[1].epoch == 2);
    BOOST_TEST(std::isfinite(trained.epochs[1].test_accuracy));
}

BOOST_AUTO_TEST_CASE(tests_can_be_limited_and_spaced_out_but_the_last_one_is_whole) {
    TrainOptions o = run_options(4);
    o.evaluate_limit = 1;
    const Outcome limited = run(1, o), whole = run(1, run_options(4));
    for (std::size_t e = 0; e < 3; ++e) {
        const double a = limited.epochs[e].test_accuracy;
        BOOST_TEST((a == 0 || a == 1));
        BOOST_TEST(limited.epochs[e].test_loss != whole.epochs[e].test_loss);
    }
    BOOST_TEST(limited.epochs[3].test_loss == whole.epochs[3].test_loss);
    BOOST_TEST((limited.bits == whole.bits));  // a test changes nothing
    o.evaluate_seconds = 1e6;
    const Outcome rare = run(1, o);
    BOOST_TEST(std::isfinite(rare.epochs[0].test_loss));
    BOOST_TEST(std::isnan(rare.epochs[1].test_loss));
    BOOST_TEST(std::isnan(rare.epochs[2].test_accuracy));
    BOOST_TEST(rare.epochs[3].test_loss == whole.epochs[3].test_loss);
}

BOOST_AUTO_TEST_CASE(smoothing_and_mixup_change_training_and_mirroring_changes_tests) {
    const Outcome plain = run(1, run_options(3));
    TrainOptions smooth = run_options(3), mixed = run_options(3), cut = run_options(3), mirrored = run_options(3);
    smooth.label_smoothing = 0.1f;
    mixed.mixup = 0.3f;
    cut.cutmix = 1;
    mirrored.mirror = true;
    BOOST_TEST((run(1, smooth).bits != plain.bits));
    BOOST_TEST((run(1, mixed).bits != plain.bits));
    BOOST_TEST((run(2, mixed).bits == run(1, mixed).bits));
    BOOST_TEST((run(1, cut).bits != plain.bits));
    BOOST_TEST((run(2, cut).bits == run(1, cut).bits));
    const Outcome twice = run(1, mirrored);
    BOOST_TEST((twice.bits == plain.bits));
    BOOST_TEST(twice.epochs[2].test_loss != plain.epochs[2].test_loss);
    smooth.label_smoothing = 1;
    BOOST_TEST(contains(error_of([&] { run(1, smooth); }), "the label smoothing must be at least 0 and below 1"));
    for (float alpha : {-1.0f, 101.0f, std::nanf("")}) {
        mixed.mixup = alpha;
        BOOST_TEST(contains(error_of([&] { run(1, mixed); }), "the alpha of mixup must be from 0 to 100"));
        cut.cutmix = alpha;
        BOOST_TEST(contains(error_of([&] { run(1, cut); }), "the alpha of cutmix must be from 0 to 100"));
    }
}

BOOST_AUTO_TEST_CASE(without_test_pictures_there_is_no_test) {
    cpu::Device device(1);
    TestModel model(device, 3);
    model.active_outputs(3);
    Quiet quiet;
    const auto epochs = train(model, adam, training, Pictures{}, run_options(2), quiet.progress);
    BOOST_REQUIRE_EQUAL(epochs.size(), 2u);
    for (const EpochResult& e : epochs) BOOST_TEST(std::isnan(e.test_accuracy));
}

BOOST_AUTO_TEST_CASE(a_loss_that_is_not_finite_ends_the_run_and_keeps_the_last_model) {
    TemporaryFolder folder;
    cpu::Device device(1);
    TestModel model(device, 3);
    model.active_outputs(3);
    TrainOptions o = run_options(5);
    o.save_to = folder / "model.safetensors";
    std::FILE* out = std::tmpfile();
    Progress progress(out, true, 80, false);
    o.stop = [&] {
        if (model.step() == 5) model.tensors().back().values[0] = std::nanf("");  // a bias of the last layer
        return false;
    };
    const std::string said = error_of([&] { train(model, adam, training, testing, o, progress); });
    BOOST_TEST(said == "the loss is not finite at iteration 6: use a smaller learning rate");
    BOOST_TEST(checkpoint_info(Safetensors(o.save_to), "").step == 4u);
    // The error is printed on a line of its own.
    std::fseek(out, -1, SEEK_END);
    BOOST_TEST(std::fgetc(out) == '\n');
    std::fclose(out);
}

BOOST_AUTO_TEST_CASE(pictures_that_the_model_cannot_take_are_errors_before_anything_runs) {
    cpu::Device device(1);
    TestModel model(device, 3);
    model.active_outputs(3);
    const auto before = everything(model);
    Quiet quiet;
    Pictures foreign = training, large = training;
    foreign.labels[17] = 3;
    large.shape = {1, 16, 4};
    Pictures negative = training;
    negative.labels[2] = -1;
    const auto trains = [&](const Pictures& a, const Pictures& b, const TrainOptions& o) {
        return error_of([&] { train(model, adam, a, b, o, quiet.progress); });
    };
    BOOST_TEST(trains(foreign, testing, run_options(1)) == "picture 17 has label 3, but the model has 3 classes");
    BOOST_TEST(trains(training, foreign, run_options(1)) == "picture 17 has label 3, but the model has 3 classes");
    BOOST_TEST(trains(negative, testing, run_options(1)) == "picture 2 has label -1, but the model has 3 classes");
    BOOST_TEST(trains(large, testing, run_options(1)) ==
               "the pictures are 1 x 16 x 4, but the network's input is 1 x 8 x 8");
    BOOST_TEST(error_of([&] { evaluate(model, foreign, {}, 8); }) ==
               "picture 17 has label 3, but the model has 3 classes");
    BOOST_TEST(contains(error_of([&] { evaluate(model, large, {}, 8); }), "the pictures are 1 x 16 x 4"));
    for (int batch : {0, 9}) {
        TrainOptions o = run_options(1);
        o.batch = batch;
        BOOST_TEST(contains(trains(training, testing, o), "a batch has 1 to 8 pictures here, not "));
        BOOST_TEST(
            contains(error_of([&] { evaluate(model, testing, {}, batch); }), "a batch has 1 to 8 pictures here, not "));
    }
    BOOST_TEST(contains(trains(Pictures{}, testing, run_options(1)), "at least 1 sample"));
    BOOST_TEST(trains(training, testing, run_options(0)) == "a run has at least 1 iteration or 1 epoch");
    TrainOptions o = run_options(1);
    o.iterations = -1;
    BOOST_TEST(trains(training, testing, o) == "a run has at least 1 iteration or 1 epoch");
    for (float part : {-0.1f, 1.1f, std::nanf("")}) {
        o = run_options(1);
        o.warm_up = part;
        BOOST_TEST(contains(trains(training, testing, o), "the warm-up must be a part from 0 to 1 of the run"));
    }
    BOOST_TEST(model.step() == 0u);
    BOOST_TEST((everything(model) == before));
}

BOOST_AUTO_TEST_CASE(a_wrong_label_leaves_the_model_as_it_was) {
    cpu::Device device(1);
    TestModel model(device, 3);
    model.active_outputs(3);
    for (float& v : model.input()) v = 0.5f;
    model.labels()[7] = 3;
    const auto before = everything(model);
    BOOST_TEST(error_of([&] { model.train(8, adam); }) == "label 3 is not one of 3 classes");
    BOOST_TEST(error_of([&] { model.evaluate(8); }) == "label 3 is not one of 3 classes");
    BOOST_TEST((everything(model) == before));
    BOOST_CHECK_NO_THROW(model.train(7, adam));  // beyond the batch it does not matter
}

BOOST_AUTO_TEST_CASE(a_longer_run_allocates_no_more) {
    cpu::Device device(2);
    const Pictures many = stripes(8 * 500, 1);  // no epoch ends within the run
    const auto allocated = [&](int iterations) {
        TestModel model(device, 3);
        model.active_outputs(3);
        Quiet quiet;
        TrainOptions o = run_options(1);
        o.iterations = iterations;
        o.mixup = 0.2f;
        o.average = 0.9f;
        const long before = tn::test::allocations;
        train(model, adam, many, Pictures{}, o, quiet.progress);
        return tn::test::allocations - before;
    };
    allocated(100);
    // The 21 lines of progress allocate; 200 more steps with their batches must not.
    BOOST_TEST(std::abs(allocated(400) - allocated(200)) < 20);
}
