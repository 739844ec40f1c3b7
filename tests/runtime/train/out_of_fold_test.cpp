#define BOOST_TEST_MODULE out_of_fold
#include "runtime/train/out_of_fold.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "dsl/typenet.hpp"
#include "runtime/train/metrics.hpp"
#include "tests/runtime/temporary_folder.hpp"
#include "tests/support/quiet.hpp"

using namespace tn;
using tn_test::contains;
using tn_test::error_of;
using tn_test::Quiet;

namespace {

using Small = Net<Image<1, 8, 8>, Batch<8>, Seq<Conv<4, 3>, BN, Relu, Pool<2>, Dense<4>>, SoftmaxCrossEntropy>;

/// Dark and light pictures with noise, in turns.
Pictures tones(int count) {
    Pictures set;
    set.shape = {1, 8, 8};
    set.classes = {"dark", "light"};
    Random random(3, 1);
    for (int i = 0; i < count; ++i) {
        set.labels.push_back(i % 2);
        set.files.emplace_back();
        for (int k = 0; k < 64; ++k)
            set.pixels.push_back(static_cast<std::uint8_t>((i % 2 ? 150 : 40) + random.below(60)));
    }
    return set;
}

FoldOptions fold_options() {
    FoldOptions o;
    o.folds = 3;
    o.train.batch = 8;
    o.train.epochs = 20;
    return o;
}

std::vector<float> judge(const Pictures& set, const FoldOptions& o, int threads = 2,
                         const std::function<void(int, int)>& told = {}) {
    cpu::Device device(threads);
    Quiet quiet;
    return out_of_fold([&](std::uint64_t seed) { return std::make_unique<Model<Small, Adam>>(device, seed); },
                       Adam{.rate = 0.02f}, set, o, quiet.progress, told);
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_picture_is_judged_by_models_that_did_not_see_it) {
    // One label is wrong: a model that had seen it would have learnt it by heart.
    Pictures set = tones(40);
    set.labels[6] = 1;
    std::vector<int> told;
    const auto p = judge(set, fold_options(), 2, [&](int model, int of) {
        told.push_back(model);
        BOOST_TEST(of == 3);
    });
    BOOST_TEST(told == (std::vector<int>{0, 1, 2}), boost::test_tools::per_element());
    BOOST_REQUIRE_EQUAL(p.size(), 80u);
    for (std::size_t k = 0; k < 40; ++k) {
        BOOST_TEST(std::abs(p[2 * k] + p[2 * k + 1] - 1) < 1e-4f);
        BOOST_TEST(p[2 * k + k % 2] > 0.5f, "picture " << k);
    }
    const auto found = find_label_errors(p, set.labels, 2);
    BOOST_REQUIRE(!found.empty());
    BOOST_TEST(found[0].sample == 6);
    BOOST_TEST(found[0].suggested == 0);
}

BOOST_AUTO_TEST_CASE(repeats_are_averaged_and_threads_change_nothing) {
    const Pictures set = tones(18);
    FoldOptions o = fold_options();
    o.train.epochs = 2;
    const auto first = judge(set, o, 1);
    BOOST_TEST((judge(set, o, 3) == first));
    o.seed = 2;
    const auto second = judge(set, o);
    BOOST_TEST((second != first));
    o.seed = 1;
    o.repeats = 2;
    const auto both = judge(set, o);
    for (std::size_t i = 0; i < both.size(); ++i) BOOST_TEST(std::abs(both[i] - (first[i] + second[i]) / 2) < 1e-6f);
}

BOOST_AUTO_TEST_CASE(mirroring_averages_the_picture_and_its_mirror_image) {
    cpu::Device device(1);
    Model<Small> model(device, 5);
    model.active_outputs(2);
    Pictures set = tones(11);
    for (std::size_t i = 0; i < set.pixels.size(); ++i) set.pixels[i] = static_cast<std::uint8_t>(i % 8 * 30);
    set.pixels[3] = 255;
    Pictures mirrored = set;
    for (std::size_t i = 0; i < set.pixels.size(); ++i) mirrored.pixels[i] = set.pixels[i / 8 * 8 + (7 - i % 8)];
    const Normalise normal;
    const auto plain = probabilities(model, set, normal, 8), other = probabilities(model, mirrored, normal, 8);
    const auto mean = probabilities(model, set, normal, 8, true);
    BOOST_REQUIRE_EQUAL(mean.size(), 22u);
    BOOST_TEST(std::abs(plain[0] - other[0]) > 1e-4f);
    for (std::size_t i = 0; i < mean.size(); ++i) BOOST_TEST(std::abs(mean[i] - (plain[i] + other[i]) / 2) < 1e-6f);
    // However they are cut into batches.
    const auto cut = probabilities(model, set, normal, 3, true);
    for (std::size_t i = 0; i < mean.size(); ++i) BOOST_TEST(std::abs(mean[i] - cut[i]) < 1e-5f);
}

BOOST_AUTO_TEST_CASE(refuses_folds_that_cannot_be) {
    FoldOptions o = fold_options();
    o.repeats = 0;
    BOOST_TEST(contains(error_of([&] { judge(tones(8), o); }), "at least once, not 0 times"));
    o = fold_options();
    o.folds = 9;
    BOOST_TEST(contains(error_of([&] { judge(tones(8), o); }), "the folds must be 2 to 8"));
}

// Data of any kind: what holds of pictures does of it.

namespace {

struct Sample {
    float input;
    int label;
};
struct Pair {
    float input;
    float target;
};
using Sign = Net<Vector<1>, Batch<8>, Seq<Dense<8>, Tanh, Dense<2>>, SoftmaxCrossEntropy>;
using Square = Net<Vector<1>, Batch<8>, Seq<Dense<8>, Tanh, Dense<1>>, MeanSquaredError>;

template <class N, class D> PredictedSet judged(const D& data, FoldOptions options, int threads = 1) {
    options.train.batch = 8;
    cpu::Device device(threads);
    Quiet quiet;
    return out_of_fold([&](std::uint64_t seed) { return std::make_unique<Model<N, Adam>>(device, seed); },
                       Adam{.rate = 0.05f}, data, options, quiet.progress);
}

}  // namespace

BOOST_AUTO_TEST_CASE(samples_of_any_kind_are_judged_by_models_that_did_not_see_them) {
    std::vector<Sample> samples;
    for (int i = 0; i < 45; ++i) samples.push_back({static_cast<float>(i % 9 - 4) + 0.5f, i % 9 > 3});
    samples[5].label = 0;  // a wrong one, which a model that had seen only it could learn by heart
    FoldOptions options;
    options.folds = 5;
    options.train.epochs = 30;
    const PredictedSet set = judged<Sign>(samples, options);
    BOOST_TEST(set.samples == 45);
    BOOST_TEST(set.labels[5] == 0);
    BOOST_TEST(set.values[2 * 5 + 1] > 0.5f);
    BOOST_TEST(confusion_of(set).accuracy() > 0.9);
    BOOST_CHECK(judged<Sign>(samples, options, 3).values == set.values);
    options.repeats = 0;
    BOOST_CHECK_THROW(judged<Sign>(samples, options), Error);
    options.repeats = 1, options.folds = 46;
    BOOST_CHECK_THROW(judged<Sign>(samples, options), Error);
    samples[7].label = 2;
    options.folds = 5;
    BOOST_CHECK_THROW(judged<Sign>(samples, options), Error);
}

BOOST_AUTO_TEST_CASE(values_are_judged_too_and_stand_in_the_order_of_the_data) {
    std::vector<Pair> pairs;
    for (int i = 0; i < 60; ++i) {
        const float x = static_cast<float>(i * 17 % 60) / 30 - 1;
        pairs.push_back({x, x * x});
    }
    FoldOptions options;
    options.folds = 3;
    options.repeats = 2;
    options.train.epochs = 60;
    const PredictedSet set = judged<Square>(pairs, options);
    for (int i = 0; i < 60; ++i) BOOST_TEST(set.targets[i] == pairs[i].target);
    BOOST_TEST(r_squared(set) > 0.9);
}
