// Wrong labels, found by features.
#define BOOST_TEST_MODULE label_doubts
#include "runtime/train/label_doubts.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "runtime/core/error.hpp"
#include "runtime/core/random.hpp"

using namespace tn;

namespace {

/// Samples around the centres of their classes, every `each`th with another label.
struct Set {
    Features features{{}, 8, {}, 3};
    std::vector<int> wrong;
    Set(int count, float spread, int each) {
        Random random(7, 0, 0);
        for (int i = 0; i < count; ++i) {
            const int c = i % 3;
            for (int k = 0; k < 8; ++k)
                features.values.push_back((k % 3 == c ? 1.0f : 0.0f) + spread * random.normal());
            const bool flips = each > 0 && i % each == 0;
            features.labels.push_back(flips ? (c + 1) % 3 : c);
            if (flips) wrong.push_back(i);
        }
    }
    int hits(const std::vector<LabelError>& found) const {
        return static_cast<int>(std::ranges::count_if(
            found, [&](const LabelError& e) { return std::ranges::binary_search(wrong, e.sample); }));
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(wrong_labels_are_named) {
    const Set set(600, 0.3f, 13);
    const auto found = find_doubted_labels(set.features, {});
    BOOST_TEST(100 * set.hits(found) >= 85 * std::ssize(set.wrong));
    BOOST_TEST(10 * set.hits(found) >= 9 * std::ssize(found));
    for (const LabelError& e : found) {
        BOOST_TEST(e.given == set.features.labels[e.sample]);
        BOOST_TEST(e.suggested != e.given);
        BOOST_TEST(e.suggested_probability > e.given_probability);
    }
}

BOOST_AUTO_TEST_CASE(chances_fall_and_mean_what_they_say) {
    double expected = 0, wrong = 0, named = 0;
    for (const float spread : {0.3f, 0.45f, 0.55f}) {
        const Set set(600, spread, 13);
        const auto found = find_doubted_labels(set.features, {});
        for (std::size_t i = 0; i < found.size(); ++i) {
            BOOST_TEST(found[i].chance <= (i == 0 ? 1 : found[i - 1].chance));
            expected += found[i].chance;
        }
        wrong += set.hits(found);
        named += static_cast<double>(found.size());
    }
    BOOST_TEST_MESSAGE(named << " named, " << expected << " expected to be wrong, " << wrong << " are");
    // The neighbours, which have chosen as well, are no part of the chance: it is rather too small.
    BOOST_TEST(expected > 0.8 * wrong);
    BOOST_TEST(expected < wrong + 0.05 * named);
}

BOOST_AUTO_TEST_CASE(classes_that_overlap_are_not_taken_for_wrong_labels) {
    // The heads are wrong on more samples than have wrong labels: naming all of those would be wrong in most.
    const Set set(600, 0.65f, 13);
    const auto found = find_doubted_labels(set.features, {});
    const LabelDoubts doubts = label_doubts(set.features, {});
    const auto rule = find_label_errors(doubts.probabilities, set.features.labels, 3);
    BOOST_TEST_MESSAGE(set.hits(found) << " of " << found.size() << ", by the other rule " << set.hits(rule) << " of "
                                       << rule.size());
    BOOST_TEST(set.hits(found) * std::ssize(rule) > set.hits(rule) * std::ssize(found));  // more precise
    BOOST_TEST(2 * set.hits(found) >= std::ssize(set.wrong));
}

BOOST_AUTO_TEST_CASE(a_set_without_wrong_labels_has_hardly_any_named) {
    const Set set(600, 0.2f, 0);
    BOOST_TEST(find_doubted_labels(set.features, {}).size() <= 3);
}

BOOST_AUTO_TEST_CASE(few_samples_are_judged_by_confident_learning) {
    const Set set(60, 0.2f, 7);
    const LabelDoubts doubts = label_doubts(set.features, {});
    const auto expected = find_label_errors(doubts.probabilities, set.features.labels, 3);
    const auto found = find_doubted_labels(set.features, {});
    BOOST_REQUIRE(found.size() == expected.size());
    BOOST_TEST(!found.empty());
    for (std::size_t i = 0; i < found.size(); ++i) BOOST_TEST(found[i].sample == expected[i].sample);
    BOOST_CHECK_THROW(find_doubted_labels(Features{{}, 8, {}, 3}, {}), Error);
}
