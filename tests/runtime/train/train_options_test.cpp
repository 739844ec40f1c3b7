#define BOOST_TEST_MODULE train_options
#include "runtime/train/train_options.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

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

BOOST_AUTO_TEST_CASE(the_rate_warms_up_and_falls_along_a_cosine) {
    TrainOptions o;
    o.warm_up = 0.1f;
    for (int i = 0; i < 9; ++i) BOOST_TEST(std::abs(rate_factor(o, i, 100) - 0.1 * (i + 1)) < 1e-5);
    BOOST_TEST(std::abs(rate_factor(o, 9, 100) - 1) < 1e-5);
    // 45.5 of the 91 steps from the top to below the last one: half way down.
    BOOST_TEST(std::abs(rate_factor(o, 54, 100) - 0.5 * (1 + std::cos(3.14159265 * 45 / 91))) < 1e-5);
    BOOST_TEST(rate_factor(o, 99, 100) > 0);
    BOOST_TEST(rate_factor(o, 99, 100) < 1e-3);
    for (int i = 10; i < 100; ++i) BOOST_TEST(rate_factor(o, i, 100) < rate_factor(o, i - 1, 100));
    o.cosine = false;
    BOOST_TEST(std::abs(rate_factor(o, 4, 100) - 0.5) < 1e-5);
    for (int i = 10; i < 100; ++i) BOOST_TEST(rate_factor(o, i, 100) == 1);
    o.warm_up = 0;
    BOOST_TEST(rate_factor(o, 0, 100) == 1);
    o.cosine = true;
    BOOST_TEST(rate_factor(o, 0, 1) > 0);
    o.warm_up = 1;
    BOOST_TEST(std::abs(rate_factor(o, 49, 100) - 0.5) < 1e-5);
    BOOST_TEST(rate_factor(o, 99, 100) == 1);
}
