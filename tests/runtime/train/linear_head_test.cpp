// A linear classifier on features: against what can be worked out, and out of fold.
#define BOOST_TEST_MODULE linear_head
#include "runtime/train/linear_head.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "runtime/core/error.hpp"
#include "runtime/core/random.hpp"

using namespace tn;

namespace {

/// Points around a centre of their class, `noise` apart, with scales of a thousand and a thousandth.
Features clouds(int per_class, float noise) {
    Random random(5, 0, 0);
    Features f{{}, 3, {}, 3};
    for (int i = 0; i < 3 * per_class; ++i) {
        const int label = i % 3;
        const float x = std::cos(2.0f * static_cast<float>(label)), y = std::sin(2.0f * static_cast<float>(label));
        f.values.insert(f.values.end(), {1000 * (x + noise * random.normal()),
                                         0.001f * (y + noise * random.normal()) + 7, noise * random.normal()});
        f.labels.push_back(label);
    }
    return f;
}

double accuracy(const LinearHead& head, const Features& f) {
    const std::vector<float> p = head.probabilities(f);
    int right = 0;
    for (std::size_t i = 0; i < f.labels.size(); ++i) {
        const auto row = p.begin() + static_cast<std::ptrdiff_t>(i) * f.classes;
        right += std::max_element(row, row + f.classes) - row == f.labels[i];
    }
    return right / static_cast<double>(f.samples());
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_apart_is_told_apart_whatever_its_scale) {
    const LinearHead head = fit_linear_head(clouds(50, 0.1f), 0.01f);
    BOOST_TEST(accuracy(head, clouds(50, 0.1f)) == 1);
}

/// One feature of -1 and 1 in two classes: the gradient is 0 where the weight w of the second class, with -w of the
/// first, is 1 / (1 + exp(2 w)) / decay.
BOOST_AUTO_TEST_CASE(the_minimum_is_the_one_that_can_be_worked_out) {
    for (const float decay : {0.1f, 1.0f}) {
        const LinearHead head = fit_linear_head({{-1, 1, -1, 1}, 1, {0, 1, 0, 1}, 2}, decay);
        double w = 0;
        for (int i = 0; i < 1000; ++i) w += 0.1 * (1 / (1 + std::exp(2 * w)) / static_cast<double>(decay) - w);
        BOOST_TEST(head.weight[1] == w, boost::test_tools::tolerance(1e-2));
        BOOST_TEST(head.weight[0] == -w, boost::test_tools::tolerance(1e-2));
        BOOST_TEST(std::abs(head.bias[0]) < 1e-3);
    }
}

BOOST_AUTO_TEST_CASE(a_decay_is_judged_by_what_was_not_trained_on) {
    const auto trials = try_decays(clouds(40, 0.6f), 5, 1);
    BOOST_TEST(trials.size() == 9);
    for (const DecayTrial& t : trials) {
        BOOST_TEST(t.accuracy > 0.6);
        BOOST_TEST(t.accuracy < 1);
        BOOST_TEST(t.loss > 0);
    }
    BOOST_TEST(trials[0].loss > trials[3].loss);  // a decay of 10 leaves almost nothing
}

BOOST_AUTO_TEST_CASE(a_wrong_label_is_contradicted_out_of_fold) {
    Features f = clouds(20, 0.1f);
    f.labels[0] = 1;  // is of class 0
    const std::vector<float> p = out_of_fold(f, 0.1f, 5, 1);
    BOOST_TEST(p.size() == 180);
    BOOST_TEST(p[0] > 0.8);
    BOOST_TEST(p[3 * 3] > 0.7);
}

BOOST_AUTO_TEST_CASE(what_is_not_in_order_is_told) {
    BOOST_CHECK_THROW(fit_linear_head({{1, 2}, 2, {5}, 2}, 1), Error);
    BOOST_CHECK_THROW(fit_linear_head({{1, 2, 3}, 2, {0}, 2}, 1), Error);
    BOOST_CHECK_THROW(fit_linear_head({{}, 2, {}, 2}, 1), Error);
    BOOST_CHECK_THROW(fit_linear_head({{1, std::numeric_limits<float>::quiet_NaN()}, 1, {0, 1}, 2}, 1), Error);
    BOOST_CHECK_THROW(try_decays({{1, 2}, 1, {0, 1}, 2}, 5, 1), Error);
}
