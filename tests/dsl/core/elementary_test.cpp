// The functions of one variable against <cmath> in double: their errors in units in the last place, and their ends.
#define BOOST_TEST_MODULE elementary
#include "dsl/core/elementary.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

namespace el = tn::elementary;

namespace {

/// The distance of `got` from `wanted` in steps between floats of wanted's size; both infinite, or both no number: 0.
double ulps(float got, double wanted) {
    const auto rounded = static_cast<float>(wanted);
    if (got == rounded || (std::isnan(got) && std::isnan(wanted))) return 0;
    const float size = std::abs(rounded);
    if (std::isinf(size) && std::isfinite(got) && std::abs(wanted) < 3.4028236e38) return 1;
    const double step = static_cast<double>(std::nextafter(size, std::numeric_limits<float>::infinity())) - size;
    return std::abs(got - wanted) / step;
}

/// The largest error over every 251st float; NaN as a result where there should be one, or the other way round, counts
/// as infinite.
template <class F, class G> double worst(F f, G wanted) {
    double most = 0;
    for (std::uint64_t bits = 0; bits <= 0xffffffffu; bits += 251) {
        const float x = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
        const double error = ulps(f(x), wanted(static_cast<double>(x)));
        most = error <= most ? most : std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
    }
    return most;
}

constexpr float infinity = std::numeric_limits<float>::infinity(),
                not_a_number = std::numeric_limits<float>::quiet_NaN();

}  // namespace

// The bounds are those that dsl/core/elementary.hpp states.
BOOST_AUTO_TEST_CASE(errors_are_within_what_is_stated) {
    BOOST_TEST(worst([](float x) { return el::exp(x); }, [](double x) { return std::exp(x); }) < 1.0);
    BOOST_TEST(worst([](float x) { return el::expm1(x); }, [](double x) { return std::expm1(x); }) < 1.5);
    BOOST_TEST(worst([](float x) { return el::log(x); }, [](double x) { return std::log(x); }) < 1.0);
    BOOST_TEST(worst([](float x) { return el::tanh(x); }, [](double x) { return std::tanh(x); }) < 1.5);
    BOOST_TEST(worst([](float x) { return el::erf(x); }, [](double x) { return std::erf(x); }) < 1.5);
    BOOST_TEST(worst([](float x) { return el::sigmoid(x); }, [](double x) { return 1 / (1 + std::exp(-x)); }) < 3.0);
    BOOST_TEST(worst([](float x) { return el::softplus(x); }, [](double x) { return el::softplus(x); }) < 2.0);
}

BOOST_AUTO_TEST_CASE(ends_are_exact) {
    BOOST_TEST(el::exp(0.0f) == 1.0f);
    BOOST_TEST(el::exp(infinity) == infinity);
    BOOST_TEST(el::exp(-infinity) == 0.0f);
    BOOST_TEST(el::expm1(-infinity) == -1.0f);
    BOOST_TEST(el::log(1.0f) == 0.0f);
    BOOST_TEST(el::log(0.0f) == -infinity);
    BOOST_TEST(el::tanh(infinity) == 1.0f);
    BOOST_TEST(el::erf(-infinity) == -1.0f);
    BOOST_TEST(el::sigmoid(-infinity) == 0.0f);
    BOOST_TEST(el::softplus(infinity) == infinity);
    BOOST_TEST(std::signbit(el::tanh(-0.0f)));
    using Function = float (*)(float);
    for (const Function f : {Function{el::exp}, Function{el::expm1}, Function{el::log}, Function{el::tanh},
                             Function{el::erf}, Function{el::sigmoid}, Function{el::softplus}})
        BOOST_TEST(std::isnan(f(not_a_number)));
}

static_assert(el::exp(1.0f) > 2.718281f && el::exp(1.0f) < 2.718283f, "also for the compiler");
