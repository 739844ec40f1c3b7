// Training on data of any kind: each of the sets that a user may bring, with labels, targets or a label a pixel.
#define BOOST_TEST_MODULE any_data
#include <fmt/format.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <deque>
#include <numeric>

#include "dsl/typenet.hpp"
#include "runtime/core/mapped_file.hpp"
#include "runtime/data/array_dataset.hpp"
#include "runtime/data/dataset_views.hpp"
#include "runtime/data/split.hpp"
#include "runtime/data/table_dataset.hpp"
#include "runtime/train/metrics.hpp"
#include "runtime/train/trainer.hpp"
#include "tests/runtime/temporary_folder.hpp"
#include "tests/support/quiet.hpp"
#include "tests/support/thread_group.hpp"

using namespace tn;
using namespace tn_test;

namespace {

using Classifier = Net<Vector<2>, Batch<8>, Seq<Dense<12>, Tanh, Dropout<10>, Dense<2>>, SoftmaxCrossEntropy>;
using Regressor = Net<Vector<2>, Batch<8>, Seq<Dense<12>, Tanh, Dense<3>>, MeanSquaredError>;
using Segmenter = Net<Image<1, 4, 4>, Batch<8>, Seq<Conv<4, 3>, Relu, Conv<2, 3>>, SoftmaxCrossEntropyPerPixel<9>>;

struct Point {
    std::array<float, 2> input;
    int label;
};

/// Whether a point lies within a circle.
std::vector<Point> points(int count, std::uint64_t seed) {
    std::vector<Point> all;
    for (int i = 0; i < count; ++i) {
        Random random(seed, 100, i);
        const float x = random.uniform(-1, 1), y = random.uniform(-1, 1);
        all.push_back({{x, y}, x * x + y * y < 0.6f ? 1 : 0});
    }
    return all;
}
const std::vector<Point> training = points(53, 1), testing = points(20, 2);

/// The same points flat, with three functions of each.
struct Flat {
    std::vector<float> inputs, targets;
    std::vector<std::uint8_t> labels;
    explicit Flat(const std::vector<Point>& from) {
        for (const auto& [p, label] : from) {
            inputs.insert(inputs.end(), {p[0], p[1]});
            targets.insert(targets.end(), {p[0] * p[1], p[0] + p[1], p[0] * p[0]});
            labels.push_back(static_cast<std::uint8_t>(label));
        }
    }
};
const Flat flat_training(training), flat_testing(testing);

TrainOptions run_options(int epochs) {
    TrainOptions o;
    o.batch = 8;
    o.epochs = epochs;
    o.loader.seed = 5;
    return o;
}

template <class N> struct Outcome {
    std::vector<float> bits;
    std::vector<EpochResult> epochs;
};
template <class N> std::vector<float> bits_of(Model<N, Adam>& model) {
    std::vector<float> all;
    for (const auto& t : model.tensors()) {
        all.insert(all.end(), t.values.begin(), t.values.end());
        for (int k = 0; t.trained && k < Adam::states; ++k)
            std::ranges::copy(model.optimizer_state(t, k), std::back_inserter(all));
    }
    return all;
}
template <class N, class D, class E> Outcome<N> run(const D& data, const E& test, const TrainOptions& o) {
    cpu::Device device(2);
    Model<N, Adam> model(device, 3);
    Quiet quiet;
    auto epochs = train(model, Adam{.rate = 0.01f}, data, test, o, quiet.progress);
    return {bits_of(model), std::move(epochs)};
}
template <class N, class D, class E> std::string refusal(const D& data, const E& test, const TrainOptions& o) {
    return error_of([&] { run<N>(data, test, o); });
}

/// Shapes that are generated when they are asked for: a bright pixel and those beside it are of class 1, the corner
/// does not count.
struct Crosses {
    int size() const { return 40; }
    static int middle(int i) { return 5 + i % 2 + 4 * (i / 2 % 2); }
    void input(int i, std::span<float> to) const {
        std::ranges::fill(to, 0.0f);
        to[middle(i)] = 1;
    }
    void labels(int i, std::span<int> to) const {
        std::ranges::fill(to, 0);
        for (const int step : {-4, -1, 0, 1, 4}) to[middle(i) + step] = 1;
        to[15] = 9;
    }
};
static_assert(Dataset<Crosses> && !AugmentsSamples<Crosses> && SampleRange<std::vector<Point>> && !Trainable<int>);

}  // namespace

BOOST_AUTO_TEST_CASE(every_kind_of_set_with_the_same_samples_gives_the_same_bits) {
    const auto wanted = run<Classifier>(training, testing, run_options(3));
    BOOST_TEST(wanted.epochs.size() == 3u);
    BOOST_TEST(wanted.epochs.back().test_accuracy > 0);
    const std::deque<Point> deque(training.begin(), training.end());
    BOOST_TEST((run<Classifier>(deque, testing, run_options(3)).bits == wanted.bits));
    BOOST_TEST((run<Classifier>(std::span<const Point>(training), testing, run_options(3)).bits == wanted.bits));
    const auto flat = array_dataset(53, flat_training.inputs, flat_training.labels);
    BOOST_TEST((run<Classifier>(flat, testing, run_options(3)).bits == wanted.bits));

    TemporaryFolder folder;
    std::string csv = "x,inside,y\n";
    for (const auto& [p, label] : training) csv += fmt::format("{},{},{}\n", p[0], label, p[1]);
    const Table table = read_csv(folder.write("points.csv", csv));
    BOOST_TEST((run<Classifier>(TableLabels(table, "inside"), testing, run_options(3)).bits == wanted.bits));
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(flat_training.inputs.data());
    const MappedFile mapped(folder.write("points.f32", std::span(bytes, flat_training.inputs.size() * sizeof(float))));
    BOOST_TEST(
        (run<Classifier>(array_dataset(53, mapped.values<float>(), flat_training.labels), testing, run_options(3))
             .bits == wanted.bits));
}

BOOST_AUTO_TEST_CASE(the_same_bits_at_any_number_of_threads_with_a_change_by_chance) {
    const auto flat = array_dataset(53, flat_training.inputs, flat_training.labels);
    const Augmented noisy(flat, [](std::span<float> input, Random& random) {
        for (float& value : input) value += 0.1f * random.normal();
    });
    TrainOptions o = run_options(4);
    const auto one = run<Classifier>(noisy, testing, o);
    o.loader.threads = 4;
    BOOST_TEST((run<Classifier>(noisy, testing, o).bits == one.bits));
    o.loader.seed = 6;
    BOOST_TEST((run<Classifier>(noisy, testing, o).bits != one.bits));
    BOOST_TEST((run<Classifier>(flat, testing, run_options(4)).bits != one.bits));
}

BOOST_AUTO_TEST_CASE(values_are_learnt_and_a_resumed_run_ends_as_the_one_that_was_never_stopped) {
    const auto data = array_dataset(53, flat_training.inputs, flat_training.targets);
    const auto test = array_dataset(20, flat_testing.inputs, flat_testing.targets);
    TrainOptions o = run_options(40);
    o.average = 0.9f;
    o.patience = 30;
    o.held_out = &test;
    const auto whole = run<Regressor>(data, test, o);
    BOOST_TEST(whole.epochs.back().test_loss < whole.epochs.front().test_loss / 5);
    BOOST_TEST(std::isnan(whole.epochs.back().train_accuracy));  // a distance says nothing of right and wrong
    BOOST_TEST(std::isnan(whole.epochs.back().test_accuracy));
    BOOST_TEST(whole.epochs.back().held_loss == whole.epochs.back().test_loss);

    TemporaryFolder folder;
    o.save_to = o.resume_from = folder / "model.safetensors";
    o.metadata["units"] = "metres";
    cpu::Device device(1);
    Quiet quiet;
    for (const std::uint64_t stop_at : {3, 100, 0}) {
        Model<Regressor, Adam> model(device, 3);
        o.stop = [&] { return model.step() == stop_at; };
        TrainOptions part = o;
        if (stop_at == 3) part.resume_from.clear();
        train(model, Adam{.rate = 0.01f}, data, test, part, quiet.progress);
        if (stop_at == 0) BOOST_TEST((bits_of(model) == whole.bits));
    }
    BOOST_TEST(Safetensors(o.save_to).metadata("units") == "metres");
    o.stop = {};
    const Subset fewer(data, {1, 2, 3});
    BOOST_TEST(contains(refusal<Regressor>(fewer, test, o), "is of a run with samples to train on 53, not 3"));

    // The same number of others is noticed where the run has a digest.
    Model<Regressor, Adam> model(device, 3);
    o.resume_from.clear();
    o.data_digest = digest_of(model, data, test);
    o.epochs = 1;
    train(model, Adam{.rate = 0.01f}, data, test, o, quiet.progress);
    o.resume_from = o.save_to;
    o.epochs = 2;
    o.data_digest = digest_of(model, test, data);
    BOOST_TEST(contains(refusal<Regressor>(data, test, o), "is of a run with other samples (their digest is "));
}

BOOST_AUTO_TEST_CASE(metrics_are_of_the_whole_set) {
    const auto data = array_dataset(53, flat_training.inputs, flat_training.targets);
    cpu::Device device(2);
    Quiet quiet;
    Model<Regressor, Adam> model(device, 3);
    TrainOptions o = run_options(80);
    std::vector<double> told;
    train(model, Adam{.rate = 0.02f}, data, data, o, quiet.progress, [&](const EpochResult& epoch) {
        if (epoch.last) told.push_back(r_squared(predict_set(model, data)));
    });
    const PredictedSet set = predict_set(model, data);
    BOOST_REQUIRE(told.size() == 1u);
    BOOST_TEST(told[0] == r_squared(set));
    BOOST_TEST(told[0] > 0.9);
    BOOST_TEST((set.targets == flat_training.targets));
    BOOST_TEST(mean_absolute_error(set) <= root_mean_square_error(set));
    Model<Classifier, Adam> classifier(device, 3);
    const auto epochs = train(classifier, Adam{.rate = 0.02f}, training, testing, run_options(60), quiet.progress);
    const PredictedSet classes = predict_set(classifier, testing);
    BOOST_TEST(accuracy(classes) == epochs.back().test_accuracy);
    BOOST_TEST(accuracy(classes) > 0.7);
    BOOST_TEST(top_k_accuracy(classes, 2) == 1);
    BOOST_TEST(area_under_roc(classes) > 0.8);
}

BOOST_AUTO_TEST_CASE(a_label_a_pixel_of_a_class_of_the_users) {
    const Crosses crosses;
    cpu::Device device(2);
    Quiet quiet;
    Model<Segmenter, Adam> model(device, 3);
    train(model, Adam{.rate = 0.02f}, crosses, crosses, run_options(60), quiet.progress);
    const PredictedSet set = predict_set(model, crosses);
    BOOST_TEST(set.pixels == 16);
    BOOST_TEST(confusion_of(set).total() == 40 * 15);
    BOOST_TEST(accuracy(set) > 0.95);
    BOOST_TEST(confusion_of(set).mean_iou() > 0.9);
}

BOOST_AUTO_TEST_CASE(processes_that_share_batches_have_the_curve_of_one) {
    const auto data = array_dataset(53, flat_training.inputs, flat_training.targets);
    const auto alone = run<Regressor>(data, data, run_options(5));
    std::vector<Outcome<Regressor>> shared(2);
    in_group(2, [&](ProcessGroup& group) {
        TrainOptions o = run_options(5);
        o.group = &group;
        shared[group.rank()] = run<Regressor>(data, data, o);
    });
    BOOST_TEST((shared[0].bits == shared[1].bits));
    for (std::size_t e = 0; e < 5; ++e) {
        const double wanted = alone.epochs[e].train_loss;
        BOOST_TEST(std::abs(shared[0].epochs[e].train_loss - wanted) < 1e-4 * wanted);
    }
    // Each must see the same data.
    std::vector<std::string> said(2);
    in_group(2, [&](ProcessGroup& group) {
        const Subset mine(data, {0, 1, 2, 3, 4, 5, 6, group.rank()});
        TrainOptions o = run_options(1);
        o.group = &group;
        said[group.rank()] = refusal<Regressor>(mine, data, o);
    });
    for (const std::string& one : said) BOOST_TEST(contains(one, "do not train on the same samples"));
}

BOOST_AUTO_TEST_CASE(splits_and_folds_are_of_any_set) {
    const std::vector<int> labels(flat_training.labels.begin(), flat_training.labels.end());
    const Split split = stratified_split(labels, 2, TestFraction{0.2}, 7);
    const auto flat = array_dataset(53, flat_training.inputs, flat_training.labels);
    const Subset inside(flat, split.train), outside(flat, split.test);
    BOOST_TEST(inside.size() + outside.size() == 53);
    BOOST_TEST(run<Classifier>(inside, outside, run_options(2)).epochs.size() == 2u);
    BOOST_TEST(error_of([&] { Subset(flat, {0, 53}); }) == "there is no sample 53 among 53");
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_named) {
    const auto values = array_dataset(53, flat_training.inputs, flat_training.targets);
    const auto labels = array_dataset(53, flat_training.inputs, flat_training.labels);
    const std::string targets = "the samples to train on must have targets, which the network's loss compares with";
    BOOST_TEST(refusal<Regressor>(labels, values, run_options(1)) == targets);
    BOOST_TEST(refusal<Classifier>(labels, values, run_options(1)) ==
               "the samples to test on must have labels, which the network's loss compares with");
    std::vector<Point> bad = training;
    bad[7].label = 2;
    BOOST_TEST(refusal<Classifier>(bad, testing, run_options(1)) ==
               "the samples to train on: sample 7 has label 2, but the model has 2 classes");
    struct Long {
        std::vector<float> input{1, 2, 3};
        int label = 0;
    };
    BOOST_TEST(contains(refusal<Classifier>(std::vector<Long>(3), testing, run_options(1)),
                        " has 3 input values, but the network takes 2"));
    BOOST_TEST(refusal<Classifier>(array_dataset(1, std::vector<float>(5), std::vector<int>(1)), testing,
                                   run_options(1)) == "a sample has 5 input values, but the network takes 2");
    BOOST_TEST(error_of([] { array_dataset(3, std::vector<float>(7), std::vector<int>(3)); }) ==
               "7 input values are not as many for each of 3 samples");
    BOOST_TEST(refusal<Classifier>(std::vector<Point>{}, testing, run_options(1)) ==
               "a loader needs at least 1 sample");
    BOOST_TEST(run<Classifier>(training, std::vector<Point>{}, run_options(1)).epochs.size() == 1u);
    TrainOptions o = run_options(1);
    o.class_weights = {1, 2, 3};
    BOOST_TEST(refusal<Regressor>(values, values, o) == "the network's loss has no classes to weigh");
    TrainOptions cut = run_options(1);
    cut.cutmix = 1;
    BOOST_TEST(refusal<Classifier>(training, testing, cut) == "cutmix is for pictures, not for an input of Vector<2>");
    BOOST_TEST(refusal<Segmenter>(Crosses(), Crosses(), cut) == "cutmix is for pictures of one label each, not of 16");
    const Table table{{"x", "y", "z"}, 1, {1, 2, 0.5f}};
    BOOST_TEST(error_of([&] { TableTargets(table, {"w"}); }) == "the table has no column 'w', but these: x, y, z");
    BOOST_TEST(error_of([&] { TableTargets(table, {"x", "x"}); }) == "the column 'x' is named twice");
    BOOST_TEST(error_of([&] { TableTargets(table, {"x", "y", "z"}); }) != "");
    BOOST_TEST(error_of([&] { TableLabels(table, "z"); }) ==
               "row 1 of the table has 0.5 in the column 'z', which must be a whole number from 0");
}

BOOST_AUTO_TEST_CASE(what_a_set_throws_while_it_is_trained_on_ends_the_run) {
    struct Torn : Crosses {
        void input(int i, std::span<float> to) const {
            if (i == 11) throw Error("sample 11 is torn");
            Crosses::input(i, to);
        }
    };
    BOOST_TEST(refusal<Segmenter>(Torn(), Crosses(), run_options(1)) == "sample 11 is torn");
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_mapped_are_named) {
    TemporaryFolder folder;
    BOOST_TEST(contains(error_of([&] { MappedFile(folder / "none"); }), "none: cannot be read: No such file"));
    BOOST_TEST(contains(error_of([&] { MappedFile(folder.path()); }), ": must be a regular file"));
    BOOST_TEST(MappedFile(folder.write("empty", "")).bytes().empty());
    const MappedFile odd(folder.write("odd", "1234567"));
    BOOST_TEST(odd.bytes().size() == 7u);
    BOOST_TEST(contains(error_of([&] { odd.values<float>(); }), "odd: has 7 bytes, which behind the first 0 are no"));
    BOOST_TEST(odd.values<std::uint8_t>(3).size() == 4u);
}
