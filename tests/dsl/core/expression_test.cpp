// Formulas as values: how they are read, written and differentiated.
#define BOOST_TEST_MODULE expression
#include "dsl/core/expression.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "dsl/core/derivative.hpp"
#include "dsl/core/formula.hpp"
#include "dsl/core/functions.hpp"
#include "dsl/core/text.hpp"

namespace tn {

namespace {

std::string written(const Expression& e) {
    Text text;
    write_formula(text, e);
    return text.string();
}

template <Expression F> double derivative(double at) { return slope<F>(at, evaluate<F>(at)); }

/// The derivative against central differences between the kinks, and in float against double.
template <Expression F> void check() {
    BOOST_TEST_CONTEXT(written(F)) {
        for (double at = -4.02; at < 8; at += 0.19) {
            const double h = 1e-5, numeric = (evaluate<F>(at + h) - evaluate<F>(at - h)) / (2 * h);
            BOOST_TEST(std::abs(derivative<F>(at) - numeric) < 1e-7);
            const auto single = static_cast<float>(at);
            const double value = evaluate<F>(static_cast<double>(single)), exact = derivative<F>(single);
            BOOST_TEST(std::abs(evaluate<F>(single) - value) < 1e-6 * (1 + std::abs(value)));
            BOOST_TEST(std::abs(slope<F>(single, evaluate<F>(single)) - exact) < 4e-6 * (1 + std::abs(exact)));
        }
    }
}

/// Whatever slope_from says it reads, the derivative is that of the steps.
template <Expression F> void check_source() {
    for (float at = -7; at < 7; at += 0.125f) {
        const float all = detail::differentiate_operand<F, F.size - 1>(at).slope;
        BOOST_TEST(std::abs(slope<F>(slope_from<F> == SlopeFrom::x ? at : 0.0f, evaluate<F>(at)) - all) < 1e-6f);
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(derivatives_are_those_of_the_functions) {
    check<functions::relu>();
    check<functions::relu6>();
    check<functions::leaky_relu(0.1f)>();
    check<functions::elu(0.7f)>();
    check<functions::sigmoid>();
    check<functions::tanh>();
    check<functions::gelu>();
    check<functions::gelu_tanh>();
    check<functions::silu>();
    check<functions::mish>();
    check<functions::softplus>();
    check<functions::hard_sigmoid>();
    check<functions::hard_swish>();
    check<abs(x - 0.7) / (1 + x * x) - exp(-x * x)>();
    check<log(1 + x * x) * sqrt(x * x + 0.5) - 3 / (2 + expm1(x * 0.3))>();
}

// As torch.autograd gives them.
BOOST_AUTO_TEST_CASE(a_kink_has_the_derivative_that_pytorch_gives_it) {
    BOOST_TEST(derivative<functions::relu>(0) == 0);
    BOOST_TEST(derivative<functions::relu6>(0) == 0);
    BOOST_TEST(derivative<functions::relu6>(6) == 0);
    BOOST_TEST(derivative<functions::leaky_relu(0.25f)>(0) == 0.25);
    BOOST_TEST(derivative<functions::elu(0.5f)>(0) == 0.5);
    BOOST_TEST(derivative<functions::hard_sigmoid>(-3) == 0);
    BOOST_TEST(derivative<functions::hard_sigmoid>(3) == 0);
    BOOST_TEST(derivative<functions::hard_swish>(-3) == 0);
    BOOST_TEST(derivative<functions::hard_swish>(3) == 1);
    BOOST_TEST(derivative<abs(x)>(0) == 0);
}

BOOST_AUTO_TEST_CASE(backward_reads_the_value_where_that_is_enough) {
    static_assert(slope_from<functions::relu> == SlopeFrom::y);
    static_assert(slope_from<functions::relu6> == SlopeFrom::y);
    static_assert(slope_from<functions::leaky_relu(0.1f)> == SlopeFrom::y);
    static_assert(slope_from<functions::sigmoid> == SlopeFrom::y);
    static_assert(slope_from<functions::tanh> == SlopeFrom::y);
    static_assert(slope_from<functions::softplus> == SlopeFrom::y);
    static_assert(slope_from<exp(2 * x - 1)> == SlopeFrom::y);
    static_assert(slope_from<min(tanh(x), 0.5)> == SlopeFrom::y);
    static_assert(slope_from<functions::gelu> == SlopeFrom::x);
    static_assert(slope_from<functions::silu> == SlopeFrom::x);
    static_assert(slope_from<functions::leaky_relu(-0.1f)> == SlopeFrom::x, "not monotonic: y does not tell");
    static_assert(slope_from<abs(x)> == SlopeFrom::x);
    static_assert(slope_from<2 * x + 1> == SlopeFrom::nothing);
    check_source<functions::relu>();
    check_source<functions::relu6>();
    check_source<functions::leaky_relu(0.1f)>();
    check_source<functions::sigmoid>();
    check_source<functions::tanh>();
    check_source<functions::softplus>();
    check_source<exp(2 * x - 1)>();
    check_source<sqrt(3 - x / 4)>();
    check_source<min(tanh(x), 0.5)>();
    check_source<-(2 * x) / 4 + 1>();
}

BOOST_AUTO_TEST_CASE(infinite_values_of_a_side_that_is_not_taken_do_not_spoil_the_other) {
    BOOST_TEST(evaluate<functions::elu(1)>(1000.0f) == 1000.0f);
    BOOST_TEST(slope<functions::elu(1)>(1000.0f, 1000.0f) == 1.0f);
    const float nan = std::numeric_limits<float>::quiet_NaN();
    BOOST_TEST(std::isnan(evaluate<functions::relu>(nan)));
    BOOST_TEST(std::isnan(evaluate<functions::leaky_relu(0.1f)>(nan)));
    BOOST_TEST(std::isnan(evaluate<functions::elu(1)>(nan)));
}

BOOST_AUTO_TEST_CASE(a_formula_is_written_as_it_was_typed) {
    BOOST_TEST(written(x * sigmoid(x)) == "x * sigmoid(x)");
    BOOST_TEST(written(max(x, 0.1_c * x)) == "max(x, 0.1 * x)");
    BOOST_TEST(written((x + 1) * (x - 2)) == "(x + 1) * (x - 2)");
    BOOST_TEST(written(x - (1 - x)) == "x - (1 - x)");
    BOOST_TEST(written(x / (2 * x)) == "x / (2 * x)");
    BOOST_TEST(written(-(x + 1) * -2) == "-(x + 1) * (-2)");
    BOOST_TEST(written(0.044715_c + 1e-5 + 3_c) == "0.044715 + 0.00001 + 3");
    BOOST_TEST(written(functions::elu(1)) == "max(x, 0) + min(0, 1 * expm1(x))");
}

BOOST_AUTO_TEST_CASE(a_formula_that_is_too_long_is_known_as_such) {
    Expression steps = x, constants = x;
    for (int i = 0; i < 11; ++i) steps = steps + x;
    BOOST_TEST(steps.fits());
    BOOST_TEST(steps.size == 23);
    BOOST_TEST((-steps).fits());
    BOOST_TEST(!(steps + x).fits());
    BOOST_TEST(!(x + (steps + x)).fits());
    for (int i = 0; i < 6; ++i) constants = constants * 2;
    BOOST_TEST(constants.fits());
    BOOST_TEST(!(constants * 2).fits());
    BOOST_TEST(written(steps + x) == "a formula of more than 24 steps or 6 constants");
}

}  // namespace tn
