#define BOOST_TEST_MODULE train_options
#include "runtime/train/train_options.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <utility>

#include "tests/runtime/temporary_folder.hpp"

using namespace tn;

BOOST_AUTO_TEST_CASE(a_run_goes_through_all_pictures_in_every_epoch_or_takes_so_many_iterations) {
    TrainOptions o;
    o.batch = 8;
    o.epochs = 3;
    BOOST_TEST(run_length(o, 16) == 6);
    BOOST_TEST(run_length(o, 17) == 9);
    BOOST_TEST(run_length(o, 3) == 3);
    BOOST_TEST(run_length(o, 0) == 0);
    o.iterations = 5;
    BOOST_TEST(run_length(o, 17) == 5);
}

namespace {

float factor(const TrainOptions& o, int iteration, int total) { return schedule_of(o, total).rate(iteration); }

}  // namespace

BOOST_AUTO_TEST_CASE(the_rate_warms_up_and_falls_along_a_cosine) {
    TrainOptions o;
    o.warm_up = 0.1f;
    for (int i = 0; i < 9; ++i) BOOST_TEST(std::abs(factor(o, i, 100) - 0.1 * (i + 1)) < 1e-5);
    BOOST_TEST(std::abs(factor(o, 9, 100) - 1) < 1e-5);
    // 45.5 of the 91 steps from the top to below the last one: half way down.
    BOOST_TEST(std::abs(factor(o, 54, 100) - 0.5 * (1 + std::cos(3.14159265 * 45 / 91))) < 1e-5);
    BOOST_TEST(factor(o, 99, 100) > 0);
    BOOST_TEST(factor(o, 99, 100) < 1e-3);
    for (int i = 10; i < 100; ++i) BOOST_TEST(factor(o, i, 100) < factor(o, i - 1, 100));
    o.schedule = RunSchedule::constant;
    BOOST_TEST(std::abs(factor(o, 4, 100) - 0.5) < 1e-5);
    for (int i = 10; i < 100; ++i) BOOST_TEST(factor(o, i, 100) == 1);
    o.warm_up = 0;
    BOOST_TEST(factor(o, 0, 100) == 1);
    o.schedule = RunSchedule::cosine;
    BOOST_TEST(factor(o, 0, 1) > 0);
    o.warm_up = 1;
    BOOST_TEST(std::abs(factor(o, 49, 100) - 0.5) < 1e-5);
    BOOST_TEST(factor(o, 99, 100) == 1);
}

// As version 0.1 computed it, so that a run keeps its bits.
BOOST_AUTO_TEST_CASE(the_factors_of_a_run_are_the_same_bits_as_ever) {
    for (const float warm_up : {0.0f, 0.05f, 0.33f, 1.0f})
        for (const int total : {1, 7, 1000}) {
            TrainOptions o;
            o.warm_up = warm_up;
            const double warm = o.warm_up * static_cast<double>(total);
            for (int i = 0; i < total; ++i) {
                const double at = i + 1.0, share = (at - warm) / (total - warm + 1);
                const float wanted =
                    at < warm ? static_cast<float>(at / warm)
                              : static_cast<float>(0.5 * (1 + std::cos(3.14159265358979 * std::min(share, 1.0))));
                BOOST_TEST(factor(o, i, total) == wanted);
            }
        }
}

BOOST_AUTO_TEST_CASE(a_run_of_one_cycle_rises_and_falls_and_one_by_steps_falls_twice) {
    TrainOptions o;
    o.warm_up = 0;
    o.schedule = RunSchedule::one_cycle;
    for (int i = 1; i < 30; ++i) BOOST_TEST(factor(o, i, 100) > factor(o, i - 1, 100));
    for (int i = 31; i < 100; ++i) BOOST_TEST(factor(o, i, 100) < factor(o, i - 1, 100));
    o.schedule = RunSchedule::step;
    for (const auto& [i, wanted] : {std::pair{0, 1.0}, {31, 1.0}, {33, 0.1}, {66, 0.1}, {67, 0.01}, {99, 0.01}})
        BOOST_TEST(std::abs(factor(o, i, 100) - wanted) < 1e-6 * wanted, "at " << i);
}

BOOST_AUTO_TEST_CASE(a_schedule_is_read_by_its_name) {
    for (const auto s : {RunSchedule::constant, RunSchedule::cosine, RunSchedule::one_cycle, RunSchedule::step})
        BOOST_TEST((parse_schedule(name(s)) == s));
    BOOST_TEST(tn_test::error_of([] { parse_schedule("linear"); }) ==
               "the schedule must be constant, cosine, one-cycle or step, not 'linear'");
}
