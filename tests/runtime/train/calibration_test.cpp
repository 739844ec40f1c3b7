// Temperatures and the expected calibration error.
#define BOOST_TEST_MODULE calibration
#include "runtime/train/calibration.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "runtime/core/error.hpp"

using namespace tn;

namespace {

/// 100 answers of two classes, the first one with probability `sure`, of which `right` are right.
struct Answers {
    std::vector<float> probabilities;
    std::vector<int> labels;
    std::vector<Prediction> predictions;
    Answers(float sure, int right) {
        for (int i = 0; i < 100; ++i) {
            probabilities.insert(probabilities.end(), {sure, 1 - sure});
            labels.push_back(i < right ? 0 : 1);
            predictions.push_back({i, 0, sure});
        }
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_temperature_makes_the_probability_that_of_being_right) {
    for (const auto& [sure, right] : {std::pair{0.99f, 80}, std::pair{0.6f, 90}, std::pair{0.7f, 70}}) {
        const Answers a(sure, right);
        const double t = static_cast<double>(fit_temperature(a.probabilities, a.labels, 2));
        // Of two classes the scores' difference is log(p / (1 - p)), which T divides.
        const double s = static_cast<double>(sure);
        const double scaled = 1 / (1 + std::exp(-std::log(s / (1 - s)) / t));
        BOOST_TEST(std::abs(scaled - right / 100.0) < 1e-3);
    }
}

BOOST_AUTO_TEST_CASE(a_temperature_has_bounds) {
    const Answers all(0.9f, 100), none(0.9f, 0);
    BOOST_TEST(fit_temperature(all.probabilities, all.labels, 2) >= 0.05f);
    BOOST_TEST(fit_temperature(none.probabilities, none.labels, 2) <= 20.001f);
    const std::vector<float> zero{1, 0};
    const std::vector<int> wrong{1};
    BOOST_TEST(std::isfinite(fit_temperature(zero, wrong, 2)));
}

BOOST_AUTO_TEST_CASE(the_error_is_the_gap_between_sure_and_right) {
    const Answers a(0.9f, 70);
    BOOST_TEST(std::abs(expected_calibration_error(a.predictions, a.labels) - 0.2) < 1e-6);
    // Two bins, each off the other way: nothing cancels.
    Answers both(0.9f, 70);
    const Answers other(0.6f, 80);
    for (const Prediction& p : other.predictions) both.predictions.push_back({p.picture + 100, 0, p.probability});
    both.labels.insert(both.labels.end(), other.labels.begin(), other.labels.end());
    BOOST_TEST(std::abs(expected_calibration_error(both.predictions, both.labels) - 0.2) < 1e-6);
    BOOST_TEST(expected_calibration_error({}, {}) == 0);
    const std::vector<Prediction> certain{{0, 0, 1.0f}};
    BOOST_TEST(expected_calibration_error(certain, std::vector<int>{0}) == 0);
}

BOOST_AUTO_TEST_CASE(what_is_not_in_order_is_told) {
    const std::vector<float> p{0.5f, 0.5f};
    BOOST_CHECK_THROW(fit_temperature(p, std::vector<int>{2}, 2), Error);
    BOOST_CHECK_THROW(fit_temperature(p, std::vector<int>{0, 1}, 2), Error);
    BOOST_CHECK_THROW(fit_temperature({}, {}, 2), Error);
}
