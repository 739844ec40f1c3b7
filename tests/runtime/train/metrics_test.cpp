#define BOOST_TEST_MODULE metrics
#include "runtime/train/metrics.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using tn_test::error_of;

namespace {

/// Four samples of three classes; the third is wrong, and right among two.
const PredictedSet classes{4, 3, 1, -1, {.7f, .2f, .1f, .1f, .8f, .1f, .5f, .4f, .1f, .2f, .2f, .6f}, {0, 1, 1, 2}, {}};
/// Two samples of two classes with three pixels each, one of which does not count.
const PredictedSet pixels{2, 2, 3, 9, {.9f, .2f, .9f, .1f, .8f, .1f, .4f, .4f, .9f, .6f, .6f, .1f}, {0, 1, 9, 1, 0, 0},
                          {}};
/// Two outputs of three samples.
const PredictedSet values{3, 2, 1, -1, {1, 10, 2, 20, 3, 33}, {}, {1, 10, 2, 20, 6, 30}};
/// One yes-or-no output.
const PredictedSet yes_or_no{5, 1, 1, -1, {.9f, .4f, .4f, .2f, .6f}, {}, {1, 1, 0, 0, 0}};

}  // namespace

BOOST_AUTO_TEST_CASE(of_classes) {
    BOOST_TEST(accuracy(classes) == 0.75);
    BOOST_TEST(top_k_accuracy(classes, 1) == 0.75);
    BOOST_TEST(top_k_accuracy(classes, 2) == 1);
    const Confusion c = confusion_of(classes);
    BOOST_TEST(c.count(1, 0) == 1);
    BOOST_TEST(c.f1(0) == 2.0 / 3);
    BOOST_TEST(c.f1(1) == 2.0 / 3);
    BOOST_TEST(c.f1(2) == 1);
    BOOST_TEST(c.mean_f1() == (2.0 / 3 + 2.0 / 3 + 1) / 3);
    BOOST_TEST(c.iou(0) == 0.5);
    BOOST_TEST(c.mean_iou() == (0.5 + 0.5 + 1) / 3);
    BOOST_TEST(Confusion(3).mean_f1() == 0);
}

BOOST_AUTO_TEST_CASE(of_pixels_without_those_that_do_not_count) {
    const Confusion c = confusion_of(pixels);
    BOOST_TEST(c.total() == 5);
    BOOST_TEST(c.count(0, 0) == 2);
    BOOST_TEST(c.count(0, 1) == 1);
    BOOST_TEST(c.count(1, 1) == 2);
    BOOST_TEST(accuracy(pixels) == 0.8);
    BOOST_TEST(c.iou(0) == 2.0 / 3);
}

BOOST_AUTO_TEST_CASE(of_values) {
    BOOST_TEST(mean_absolute_error(values) == 1);
    BOOST_TEST(root_mean_square_error(values) == std::sqrt(18.0 / 6));
    BOOST_TEST(r_squared(values, 0) == 1 - 9 / 14.0);
    BOOST_TEST(r_squared(values, 1) == 1 - 9 / 200.0);
    BOOST_TEST(r_squared(values) == (2 - 9 / 14.0 - 9 / 200.0) / 2, boost::test_tools::tolerance(1e-12));
    const PredictedSet constant{2, 1, 1, -1, {5, 5}, {}, {5, 5}}, missed{2, 1, 1, -1, {5, 6}, {}, {5, 5}};
    BOOST_TEST(r_squared(constant) == 1);
    BOOST_TEST(r_squared(missed) == 0);
}

BOOST_AUTO_TEST_CASE(of_one_yes_or_no_output) {
    const Confusion c = confusion_of(yes_or_no);
    BOOST_TEST(c.count(1, 1) == 1);
    BOOST_TEST(c.count(1, 0) == 1);
    BOOST_TEST(c.count(0, 1) == 1);
    BOOST_TEST(c.count(0, 0) == 2);
    // Of the six pairs, the ones are above in 4, below in 1 (0.4 and 0.6), and equal in 1.
    BOOST_TEST(area_under_roc(yes_or_no) == 4.5 / 6);
    PredictedSet labelled{3, 2, 1, -1, {.2f, .8f, .6f, .4f, .9f, .1f}, {1, 0, 0}, {}};
    BOOST_TEST(area_under_roc(labelled) == 1);
    labelled.labels = {1, 1, 1};
    BOOST_TEST(std::isnan(area_under_roc(labelled)));
}

BOOST_AUTO_TEST_CASE(of_the_wrong_kind_they_are_errors) {
    BOOST_TEST(error_of([] { accuracy(values); }) == "predictions of 2 values are of no classes");
    BOOST_TEST(error_of([] { r_squared(classes); }) == "predictions of classes have no distance from their targets");
    BOOST_TEST(error_of([] { area_under_roc(classes); }) == "3 classes have no receiver operating characteristic");
    BOOST_TEST(error_of([] { r_squared(values, 2); }) == "there is no output 2 of 2");
    BOOST_TEST(error_of([] { top_k_accuracy(classes, 0); }) != "");
    const PredictedSet nothing{0, 3, 1, -1, {}, {}, {}};
    BOOST_TEST(std::isnan(accuracy(nothing)));
    BOOST_TEST(std::isnan(mean_absolute_error(nothing)));
    BOOST_TEST(std::isnan(r_squared(nothing)));
}
