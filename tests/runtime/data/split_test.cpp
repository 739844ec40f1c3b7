#define BOOST_TEST_MODULE split
#include "runtime/data/split.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <limits>
#include <numeric>

#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using tn_test::contains;
using tn_test::error_of;

/// Class 0 has 10 samples, class 1 has 3, class 2 has 2, class 3 has 1.
static const std::vector<int> labels{0, 1, 0, 2, 0, 0, 3, 0, 1, 0, 0, 2, 0, 1, 0, 0};

static std::vector<int> counts(const std::vector<int>& indices, int classes = 4) {
    std::vector<int> n(classes);
    for (const int i : indices) ++n[labels[i]];
    return n;
}

static void check_partition(const Split& split) {
    BOOST_TEST(std::is_sorted(split.train.begin(), split.train.end()));
    BOOST_TEST(std::is_sorted(split.test.begin(), split.test.end()));
    std::vector<int> all = split.train;
    all.insert(all.end(), split.test.begin(), split.test.end());
    std::sort(all.begin(), all.end());
    std::vector<int> expected(labels.size());
    std::iota(expected.begin(), expected.end(), 0);
    BOOST_TEST(all == expected);
}

BOOST_AUTO_TEST_CASE(a_fraction_of_each_class) {
    const Split split = stratified_split(labels, 4, TestFraction{0.3}, 1);
    check_partition(split);
    BOOST_TEST((counts(split.test) == std::vector<int>{3, 1, 1, 0}));
    const Split small = stratified_split(labels, 4, TestFraction{0.001}, 1);
    BOOST_TEST((counts(small.test) == std::vector<int>{1, 1, 1, 0}));
    const Split large = stratified_split(labels, 4, TestFraction{0.999}, 1);
    check_partition(large);
    BOOST_TEST((counts(large.train) == std::vector<int>{1, 1, 1, 1}));
}

BOOST_AUTO_TEST_CASE(an_exact_number_of_training_samples) {
    const std::vector<int> two_classes{0, 1, 1, 0, 0, 1, 1, 1};
    const Split split = stratified_split(two_classes, 2, TrainPerClass{2}, 5);
    BOOST_TEST(split.train.size() == 4u);
    BOOST_TEST(split.test.size() == 4u);
    BOOST_TEST(std::count_if(split.train.begin(), split.train.end(), [&](int i) { return two_classes[i] == 0; }) == 2);
    BOOST_TEST(error_of([&] { stratified_split(labels, 4, TrainPerClass{2}, 5); }) ==
               "class 2 has 2 samples; with 2 for training it must have more, to leave one for testing");
    Pictures pictures;
    pictures.labels = two_classes;
    pictures.classes = {"ada", "ben"};
    BOOST_TEST(stratified_split(pictures, TrainPerClass{2}, 5).train == split.train);
    BOOST_TEST(error_of([&] { stratified_split(pictures, TrainPerClass{3}, 5); }) ==
               "class ada has 3 samples; with 3 for training it must have more, to leave one for testing");
}

BOOST_AUTO_TEST_CASE(the_seed_decides) {
    const std::vector<int> many(200, 0);
    const auto train = [&](std::uint64_t seed) { return stratified_split(many, 1, TestFraction{0.5}, seed).train; };
    BOOST_TEST(train(1) == train(1));
    BOOST_TEST(train(1) != train(2));
}

BOOST_AUTO_TEST_CASE(every_sample_is_chosen_as_often) {
    const std::vector<int> six(6, 0);
    std::vector<int> chosen(6);
    for (std::uint64_t seed = 0; seed < 6000; ++seed)
        for (const int i : stratified_split(six, 1, TrainPerClass{2}, seed).train) ++chosen[i];
    for (const int n : chosen) BOOST_TEST(std::abs(n - 2000) < 200);  // 5.5 standard deviations
}

BOOST_AUTO_TEST_CASE(classes_are_drawn_on_their_own) {
    std::vector<int> first{0, 0, 0, 0, 0, 0, 0, 0}, both = first;
    both.insert(both.end(), {1, 1, 1});
    const Split alone = stratified_split(first, 1, TestFraction{0.5}, 9);
    Split together = stratified_split(both, 2, TestFraction{0.5}, 9);
    std::erase_if(together.train, [](int i) { return i >= 8; });
    BOOST_TEST(alone.train == together.train);
}

BOOST_AUTO_TEST_CASE(values_out_of_range_are_errors) {
    for (const double fraction : {0.0, 1.0, -0.1, std::numeric_limits<double>::quiet_NaN()})
        BOOST_TEST(contains(error_of([&] { stratified_split(labels, 4, TestFraction{fraction}, 1); }),
                            "the test fraction must lie between 0 and 1"));
    BOOST_TEST(contains(error_of([&] { stratified_split(labels, 4, TrainPerClass{0}, 1); }), "at least 1, not 0"));
    BOOST_TEST(error_of([&] { stratified_split(labels, 3, TestFraction{0.5}, 1); }) ==
               "the label of sample 6 must be 0 to 2, not 3");
    BOOST_TEST(!error_of([&] { stratified_split(labels, 0, TestFraction{0.5}, 1); }).empty());
}

BOOST_AUTO_TEST_CASE(a_subset_has_its_pictures) {
    const Pictures all{{1, 1, 2}, {1, 2, 3, 4, 5, 6}, {0, 1, 0}, {"a", "b", "c"}, {"x", "y"}, {{"d", "broken"}}};
    const Pictures some = subset(all, std::vector<int>{2, 0});
    BOOST_TEST((some.pixels == std::vector<std::uint8_t>{5, 6, 1, 2}));
    BOOST_TEST((some.labels == std::vector<int>{0, 0}));
    BOOST_TEST((some.files == std::vector<std::string>{"c", "a"}));
    BOOST_TEST(some.classes == all.classes);
    BOOST_TEST(some.skipped.empty());
    BOOST_TEST(error_of([&] { subset(all, std::vector<int>{3}); }) == "the index of a picture must be 0 to 2, not 3");
    BOOST_TEST(!error_of([&] { subset(all, std::vector<int>{-1}); }).empty());
}
