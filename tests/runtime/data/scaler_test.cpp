#define BOOST_TEST_MODULE scaler
#include "runtime/data/scaler.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "tests/runtime/temporary_folder.hpp"

using tn_test::contains;
using tn_test::error_of;

BOOST_AUTO_TEST_CASE(mean_and_population_deviation) {
    const auto scaler = tn::Scaler::fit(std::vector<float>{1, 10, 3, 10, 5, 10, 7, 10}, 4, 2);
    BOOST_TEST(scaler.mean[0] == 4.0f);
    BOOST_TEST(scaler.deviation[0] == std::sqrt(5.0f), boost::test_tools::tolerance(1e-6f));
    BOOST_TEST(scaler.mean[1] == 10.0f);
    BOOST_TEST(scaler.deviation[1] == 1.0f);
}

BOOST_AUTO_TEST_CASE(a_constant_column_becomes_zero_exactly) {
    std::vector<float> values(777, 0.1f);
    const auto scaler = tn::Scaler::fit(values, 777, 1);
    scaler.transform(values);
    for (const float value : values) BOOST_REQUIRE(value == 0.0f);
}

BOOST_AUTO_TEST_CASE(a_large_offset_keeps_the_deviation) {
    const auto scaler = tn::Scaler::fit(std::vector<float>{1e6f, 1e6f + 1, 1e6f + 2, 1e6f + 3}, 4, 1);
    BOOST_TEST(scaler.deviation[0] == std::sqrt(1.25f), boost::test_tools::tolerance(1e-5f));
}

BOOST_AUTO_TEST_CASE(inverse_undoes_transform) {
    const std::vector<float> original{1, -200, 5, 0, 9, 350};
    std::vector<float> values = original;
    const auto scaler = tn::Scaler::fit(values, 3, 2);
    scaler.transform(values);
    BOOST_TEST(values[0] + values[2] + values[4] == 0.0f, boost::test_tools::tolerance(1e-6f));
    BOOST_TEST(values[0] == -std::sqrt(1.5f), boost::test_tools::tolerance(1e-6f));
    scaler.inverse(values);
    for (std::size_t i = 0; i < values.size(); ++i) BOOST_TEST(std::abs(values[i] - original[i]) < 1e-4f);
}

BOOST_AUTO_TEST_CASE(wrong_sizes_and_values_are_errors) {
    const std::vector<float> values{1, 2, 3};
    BOOST_TEST(error_of([&] { tn::Scaler::fit(values, 2, 2); }) ==
               "a scaler must be fitted to rows x columns values, not 2 x 2 and 3 values");
    BOOST_TEST(!error_of([&] { tn::Scaler::fit({}, 0, 1); }).empty());
    BOOST_TEST(!error_of([&] { tn::Scaler::fit(values, 1, 2); }).empty());
    const std::vector<float> broken{1, std::numeric_limits<float>::quiet_NaN()};
    BOOST_TEST(contains(error_of([&] { tn::Scaler::fit(broken, 2, 1); }), "finite values; row 2, column 1 is nan"));
    std::vector<float> part{1, 2, 3};
    const auto scaler = tn::Scaler::fit(std::vector<float>{1, 2, 3, 4}, 2, 2);
    BOOST_TEST(error_of([&] { scaler.transform(part); }) == "a scaler of 2 columns takes whole rows, not 3 values");
    BOOST_TEST(!error_of([&] { tn::Scaler{}.inverse(part); }).empty());
}
