// The chance that a label is wrong, where it is known how they came about.
#define BOOST_TEST_MODULE label_chance
#include "runtime/data/label_chance.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "runtime/core/error.hpp"
#include "runtime/core/random.hpp"

using namespace tn;

namespace {

constexpr int samples = 4000, classes = 4;

/// Samples whose true classes have the probabilities softmax(z), labels of which a share is wrong, and answers that are
/// too sure: softmax(z / temperature).
struct Set {
    std::vector<float> answers;
    std::vector<int> labels;
    std::vector<bool> wrong;
    Set(double share, double temperature) {
        Random random(3, 0, 0);
        for (int i = 0; i < samples; ++i) {
            double z[classes], sum = 0, cold = 0;
            for (double& v : z) v = 2.5 * static_cast<double>(random.normal());
            for (const double v : z) sum += std::exp(v), cold += std::exp(v / temperature);
            for (const double v : z) answers.push_back(static_cast<float>(std::exp(v / temperature) / cold));
            double at = static_cast<double>(random.uniform()) * sum;
            int truth = 0;
            while (truth < classes - 1 && (at -= std::exp(z[truth])) > 0) ++truth;
            wrong.push_back(static_cast<double>(random.uniform()) < share);
            labels.push_back(wrong.back() ? (truth + 1 + static_cast<int>(random.below(classes - 1))) % classes
                                          : truth);
        }
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(of_those_with_a_chance_of_so_much_so_many_are_wrong) {
    for (const double temperature : {1.0, 0.4, 2.0})
        for (const double share : {0.03, 0.15}) {
            const Set set(share, temperature);
            const LabelChances c = label_chances(set.answers, set.labels, classes);
            BOOST_TEST(std::abs(c.share - share) < 0.02, "share " << c.share << ", not " << share);
            for (int band = 0; band < 5; ++band) {
                double count = 0, expected = 0, wrong = 0;
                for (int i = 0; i < samples; ++i)
                    if (std::clamp(static_cast<int>(c.wrong[i] * 5), 0, 4) == band) {
                        ++count;
                        expected += c.wrong[i];
                        wrong += set.wrong[i];
                    }
                // Three standard deviations, and what the fit may be off by.
                BOOST_TEST(std::abs(wrong - expected) < 3 * std::sqrt(expected + 1) + 0.06 * count,
                           "band " << band << ": " << wrong << " of " << count << ", expected " << expected);
            }
        }
}

BOOST_AUTO_TEST_CASE(sure_and_right_answers_leave_no_doubt) {
    std::vector<float> answers;
    std::vector<int> labels;
    for (int i = 0; i < 60; ++i)
        for (int c = 0; c < 3; ++c) answers.push_back(c == i % 3 ? 0.98f : 0.01f);
    for (int i = 0; i < 60; ++i) labels.push_back(i % 3);
    labels[7] = 0;
    const LabelChances c = label_chances(answers, labels, 3);
    BOOST_TEST(c.wrong[7] > 0.6);
    for (int i = 0; i < 60; ++i) BOOST_TEST((i == 7 || c.wrong[i] < 0.02));
    labels[7] = 1;
    BOOST_TEST(label_chances(answers, labels, 3).share < 0.02);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_an_error) {
    const std::vector<float> answers{0.5f, 0.5f};
    BOOST_CHECK_THROW(label_chances(answers, std::vector<int>{2}, 2), Error);
    BOOST_CHECK_THROW(label_chances(answers, std::vector<int>{0, 1}, 2), Error);
    BOOST_CHECK_THROW(label_chances(answers, std::vector<int>{0, 0}, 1), Error);
    BOOST_TEST(label_chances({}, {}, 2).wrong.empty());
}
