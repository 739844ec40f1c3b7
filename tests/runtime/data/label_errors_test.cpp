#define BOOST_TEST_MODULE suspicious
#include "runtime/data/label_errors.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>

#include "runtime/core/random.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using tn_test::contains;
using tn_test::error_of;

BOOST_AUTO_TEST_CASE(folds_are_even_in_every_class_and_as_a_whole) {
    std::vector<int> labels;
    for (int k = 0; k < 103; ++k) labels.push_back(k % 10 == 0 ? 2 : k % 2);
    const auto fold = stratified_folds(labels, 4, 5, 7);
    BOOST_REQUIRE_EQUAL(fold.size(), labels.size());
    std::vector<int> whole(5);
    std::vector<std::vector<int>> part(4, std::vector<int>(5));
    for (std::size_t k = 0; k < labels.size(); ++k) {
        BOOST_REQUIRE((fold[k] >= 0 && fold[k] < 5));
        ++whole[fold[k]];
        ++part[labels[k]][fold[k]];
    }
    const auto even = [](const std::vector<int>& counts) {
        return *std::max_element(counts.begin(), counts.end()) - *std::min_element(counts.begin(), counts.end()) <= 1;
    };
    BOOST_TEST(even(whole));
    for (const auto& counts : part) BOOST_TEST(even(counts));
    BOOST_TEST((stratified_folds(labels, 4, 5, 7) == fold));
    BOOST_TEST((stratified_folds(labels, 4, 5, 8) != fold));
    const int two[] = {0, 1};
    BOOST_TEST(contains(error_of([&] { stratified_folds(two, 2, 3, 1); }), "folds must be 2 to 2"));
    BOOST_TEST(contains(error_of([&] { stratified_folds(two, 2, 1, 1); }), "not 1"));
    BOOST_TEST(contains(error_of([&] { stratified_folds(two, 1, 2, 1); }), "label of sample 1 must be 0 to 0"));
}

namespace {

/// Worked by hand: thresholds are the means of 0.9, 0.8, 0.1 and of 0.7, 0.9, 0.2.
const std::vector<float> probabilities{0.9f, 0.1f, 0.8f, 0.2f, 0.1f, 0.9f,   // labelled 0: the last one looks like 1
                                       0.3f, 0.7f, 0.1f, 0.9f, 0.8f, 0.2f};  // labelled 1: the last one looks like 0
const std::vector<int> labels{0, 0, 0, 1, 1, 1};

}  // namespace

BOOST_AUTO_TEST_CASE(the_confident_joint_by_its_formula) {
    const LabelNoise noise = estimate_label_noise(probabilities, labels, 2);
    BOOST_TEST(std::abs(noise.threshold[0] - 0.6) < 1e-6);
    BOOST_TEST(std::abs(noise.threshold[1] - 0.6) < 1e-6);
    BOOST_TEST(noise.confident == (std::vector<int>{2, 1, 1, 2}), boost::test_tools::per_element());
    BOOST_TEST(std::abs(noise.wrong - 2) < 1e-9);
    // 0.65 for class 0 reaches its threshold no more once that is higher: the sample counts nowhere.
    auto unsure = probabilities;
    unsure[2] = 0.5f;
    unsure[3] = 0.5f;
    const LabelNoise fewer = estimate_label_noise(unsure, labels, 2);
    BOOST_TEST(std::abs(fewer.threshold[0] - 0.5) < 1e-6);
    BOOST_TEST(fewer.confident == (std::vector<int>{2, 1, 1, 2}), boost::test_tools::per_element());
    unsure[2] = 0.4f;
    unsure[3] = 0.59f;
    const LabelNoise none = estimate_label_noise(unsure, labels, 2);
    BOOST_TEST(none.confident == (std::vector<int>{1, 1, 1, 2}), boost::test_tools::per_element());
    BOOST_TEST(std::abs(none.wrong - (3 * 0.5 + 3 * (1 - 2.0 / 3))) < 1e-9);
}

BOOST_AUTO_TEST_CASE(the_worst_margins_are_named_first) {
    const auto found = find_label_errors(probabilities, labels, 2);
    BOOST_REQUIRE_EQUAL(found.size(), 2u);
    BOOST_TEST(found[0].sample == 2);
    BOOST_TEST(found[0].given == 0);
    BOOST_TEST(found[0].suggested == 1);
    BOOST_TEST(found[0].given_probability == 0.1f);
    BOOST_TEST(found[0].suggested_probability == 0.9f);
    BOOST_TEST(found[1].sample == 5);
    BOOST_TEST(found[1].suggested == 0);
}

BOOST_AUTO_TEST_CASE(labels_that_all_fit_are_not_suspicious) {
    std::vector<float> sure;
    std::vector<int> given;
    for (int k = 0; k < 30; ++k) {
        given.push_back(k % 3);
        for (int j = 0; j < 3; ++j) sure.push_back(j == k % 3 ? 0.6f + 0.01f * static_cast<float>(k) : 0.05f);
    }
    BOOST_TEST(find_label_errors(sure, given, 3).empty());
    BOOST_TEST(find_label_errors({}, {}, 3).empty());
    // A class that nobody is labelled with changes nothing, nor does one of a single picture.
    given[29] = 1;
    const auto one = find_label_errors(sure, given, 3);
    BOOST_REQUIRE_EQUAL(one.size(), 1u);
    BOOST_TEST(one[0].sample == 29);
}

BOOST_AUTO_TEST_CASE(the_only_one_of_its_class_is_not_suspicious) {
    auto p = probabilities;
    auto given = labels;
    for (std::size_t k = 6; k > 0; --k) p.insert(p.begin() + 2 * k, 0.0f);  // a third class
    p.insert(p.end(), {0.95f, 0.05f, 0.0f});
    given.push_back(2);
    BOOST_TEST(std::abs(estimate_label_noise(p, given, 3).wrong - 2) < 1e-9);
    const auto found = find_label_errors(p, given, 3);
    BOOST_REQUIRE_EQUAL(found.size(), 2u);
    for (const LabelError& s : found) BOOST_TEST(s.sample != 6);
}

BOOST_AUTO_TEST_CASE(flipped_labels_of_made_up_models_are_found) {
    // Models that are mostly right and unsure to a varying degree, on 40 classes of 10: as with faces.
    Pictures set;
    for (int c = 0; c < 40; ++c) set.classes.push_back(std::to_string(c));
    for (int k = 0; k < 400; ++k) set.labels.push_back(k / 10);
    const std::vector<int> truth = set.labels;
    const auto wrong = flip_labels(set, 0.05, 3);
    BOOST_REQUIRE_EQUAL(wrong.size(), 20u);
    BOOST_TEST(std::is_sorted(wrong.begin(), wrong.end()));
    for (int k = 0; k < 400; ++k)
        BOOST_TEST((set.labels[k] != truth[k]) == std::binary_search(wrong.begin(), wrong.end(), k));
    Random random(1, 1);
    std::vector<float> p;
    for (int k = 0; k < 400; ++k) {
        const float sure = random.uniform(0.3f, 1);
        const auto seen = random.chance(0.03f) ? random.below(40) : static_cast<unsigned>(truth[k]);
        for (unsigned j = 0; j < 40; ++j) p.push_back(j == seen ? sure : (1 - sure) / 39);
    }
    const auto found = find_label_errors(p, set.labels, 40);
    int hits = 0;
    for (const LabelError& s : found) hits += std::binary_search(wrong.begin(), wrong.end(), s.sample);
    BOOST_TEST(hits >= 16, hits << " of 20 found");
    BOOST_TEST(hits >= 0.6 * static_cast<double>(found.size()), hits << " of " << found.size() << " right");
}

BOOST_AUTO_TEST_CASE(refuses_what_are_no_probabilities) {
    const auto said = [](std::vector<float> p, std::vector<int> l) {
        return error_of([&] { find_label_errors(p, l, 2); });
    };
    BOOST_TEST(said({0.5f, 0.5f, 1}, {0, 1}) == "2 samples of 2 classes must have 4 probabilities, not 3");
    BOOST_TEST(said({0.5f, std::nanf("")}, {0}) == "a probability must be finite");
    BOOST_TEST(said({0.5f, 0.5f}, {2}) == "the label of sample 0 must be 0 to 1, not 2");
    Pictures set;
    set.classes = {"one"};
    BOOST_TEST(contains(error_of([&] { flip_labels(set, 0.5, 1); }), "at least 2 classes"));
    set.classes = {"one", "two"};
    BOOST_TEST(contains(error_of([&] { flip_labels(set, 1.5, 1); }), "0 to 1"));
}
