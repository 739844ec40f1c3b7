// The value of an expression and its derivative, generated from its steps.
#pragma once

#include "dsl/core/elementary.hpp"
#include "dsl/core/expression.hpp"

namespace tn {

namespace detail {

/// A value and its derivative with respect to x.
template <class T> struct Dual {
    T value, slope;
};

/// f(a) for the functions of one argument, and f'(a) where y = f(a).
template <Expression::Code C, class T> constexpr T apply_function(T a) {
    if constexpr (C == Expression::negate)
        return -a;
    else if constexpr (C == Expression::absolute)
        return elementary::magnitude(a);
    else if constexpr (C == Expression::square_root)
        return elementary::sqrt(a);
    else if constexpr (C == Expression::exponential)
        return elementary::exp(a);
    else if constexpr (C == Expression::exponential_minus_1)
        return elementary::expm1(a);
    else if constexpr (C == Expression::logarithm)
        return elementary::log(a);
    else if constexpr (C == Expression::hyperbolic_tangent)
        return elementary::tanh(a);
    else if constexpr (C == Expression::error_function)
        return elementary::erf(a);
    else if constexpr (C == Expression::logistic)
        return elementary::sigmoid(a);
    else
        return elementary::softplus(a);
}
template <Expression::Code C, class T> constexpr T function_slope(T a, T y) {
    constexpr T two_over_sqrt_pi = static_cast<T>(1.1283791670955125739);
    if constexpr (C == Expression::negate)
        return T(-1);
    else if constexpr (C == Expression::absolute)
        return static_cast<T>((a > 0) - (a < 0));
    else if constexpr (C == Expression::square_root)
        return T(0.5) / y;
    else if constexpr (C == Expression::exponential)
        return y;
    else if constexpr (C == Expression::exponential_minus_1)
        return y + 1;
    else if constexpr (C == Expression::logarithm)
        return 1 / a;
    else if constexpr (C == Expression::hyperbolic_tangent)
        return 1 - y * y;
    else if constexpr (C == Expression::error_function)
        return two_over_sqrt_pi * elementary::exp(-a * a);
    else if constexpr (C == Expression::logistic)
        return y * (1 - y);
    else
        return -elementary::expm1(-y);  // sigmoid(a) = 1 - exp(-softplus(a))
}

/// What an operator, or min or max, makes of its two operands.
template <Expression::Code C, class T> constexpr T combine(T a, T b) {
    if constexpr (C == Expression::add)
        return a + b;
    else if constexpr (C == Expression::subtract)
        return a - b;
    else if constexpr (C == Expression::multiply)
        return a * b;
    else if constexpr (C == Expression::divide)
        return a / b;
    else if constexpr (C == Expression::minimum)
        return elementary::select(b < a, b, a);
    else
        return elementary::select(a < b, b, a);
}

/// Where the left one of a step's two operands ends; the right one, or the only one, ends before the step.
constexpr int left_end(const Expression& e, int last) { return last - 1 - e.operand_size(last - 1); }

template <Expression E, int Last, class T> constexpr T evaluate_operand(T x) {
    constexpr Expression::Code code = E.code(Last);
    if constexpr (code == Expression::variable) {
        return x;
    } else if constexpr (code == Expression::constant) {
        constexpr float value = E.value(Last);
        return static_cast<T>(value);
    } else if constexpr (Expression::operands(code) == 1) {
        return apply_function<code>(evaluate_operand<E, Last - 1>(x));
    } else {
        return combine<code>(evaluate_operand<E, left_end(E, Last)>(x), evaluate_operand<E, Last - 1>(x));
    }
}

/// What is constant has no slope, and no term for it: 0 times infinity would be NaN.
template <Expression E, int Last, class T> constexpr Dual<T> differentiate_operand(T x) {
    constexpr Expression::Code code = E.code(Last);
    if constexpr (!E.depends_on_x(Last)) {
        return {evaluate_operand<E, Last>(x), T(0)};
    } else if constexpr (code == Expression::variable) {
        return {x, T(1)};
    } else if constexpr (Expression::operands(code) == 1) {
        const Dual<T> a = differentiate_operand<E, Last - 1>(x);
        const T y = apply_function<code>(a.value);
        return {y, function_slope<code>(a.value, y) * a.slope};
    } else {
        constexpr int left = left_end(E, Last);
        constexpr bool of_a = E.depends_on_x(left), of_b = E.depends_on_x(Last - 1);
        const Dual<T> a = differentiate_operand<E, left>(x), b = differentiate_operand<E, Last - 1>(x);
        const T y = combine<code>(a.value, b.value);
        T slope;
        if constexpr (code == Expression::add)
            slope = of_a && of_b ? a.slope + b.slope : of_a ? a.slope : b.slope;
        else if constexpr (code == Expression::subtract)
            slope = of_a && of_b ? a.slope - b.slope : of_a ? a.slope : -b.slope;
        else if constexpr (code == Expression::multiply && of_a && of_b)
            slope = a.slope * b.value + a.value * b.slope;
        else if constexpr (code == Expression::multiply)
            slope = of_a ? a.slope * b.value : a.value * b.slope;
        else if constexpr (code == Expression::divide && of_a && of_b)
            slope = (a.slope - y * b.slope) / b.value;
        else if constexpr (code == Expression::divide)
            slope = of_a ? a.slope / b.value : -y * b.slope / b.value;
        else
            slope = elementary::select(code == Expression::minimum ? a.value < b.value : a.value > b.value, a.slope,
                                       b.slope);
        return {y, slope};
    }
}

/// Whether the operand is k x with k > 0: a value with the sign of x.
constexpr bool is_multiple_of_x(const Expression& e, int last) {
    if (e.code(last) == Expression::variable) return true;
    if (e.code(last) != Expression::multiply || e.operand_size(last) != 3) return false;
    const bool constant_first = e.code(last - 2) == Expression::constant;
    const int factor = constant_first ? last - 2 : last - 1, other = constant_first ? last - 1 : last - 2;
    return e.code(factor) == Expression::constant && e.value(factor) > 0 && e.code(other) == Expression::variable;
}

/// How the derivative at x is found.
enum class SlopeFrom {
    nothing,  ///< it is the same everywhere
    y,        ///< from the value alone
    x
};

/// Whether the derivative of the operand is the same for every x.
constexpr bool is_affine(const Expression& e, int last) {
    if (!e.depends_on_x(last) || e.code(last) == Expression::variable) return true;
    switch (e.code(last)) {
        case Expression::negate: return is_affine(e, last - 1);
        case Expression::add:
        case Expression::subtract: return is_affine(e, last - 1) && is_affine(e, left_end(e, last));
        case Expression::multiply:
            return (!e.depends_on_x(last - 1) || !e.depends_on_x(left_end(e, last))) && is_affine(e, last - 1) &&
                   is_affine(e, left_end(e, last));
        case Expression::divide: return !e.depends_on_x(last - 1) && is_affine(e, left_end(e, last));
        default: return false;
    }
}

/// From y where that is exact: functions whose derivative is one of their value, of an affine argument; these between
/// constant bounds, since y is the value itself where it is between them; and the larger or smaller of multiples of x,
/// which have its sign.
constexpr SlopeFrom slope_from(const Expression& e, int last) {
    if (is_affine(e, last)) return SlopeFrom::nothing;
    switch (e.code(last)) {
        case Expression::square_root:
        case Expression::exponential:
        case Expression::exponential_minus_1:
        case Expression::hyperbolic_tangent:
        case Expression::logistic:
        case Expression::soft_plus: return is_affine(e, last - 1) ? SlopeFrom::y : SlopeFrom::x;
        case Expression::minimum:
        case Expression::maximum: {
            const int left = left_end(e, last);
            if (is_multiple_of_x(e, left) && is_multiple_of_x(e, last - 1)) return SlopeFrom::y;
            if (e.depends_on_x(last - 1)) return SlopeFrom::x;
            return slope_from(e, left) == SlopeFrom::x ? SlopeFrom::x : SlopeFrom::y;
        }
        default: return SlopeFrom::x;
    }
}

template <Expression E, int Last, class T> constexpr T slope_at_value(T y) {
    constexpr Expression::Code code = E.code(Last);
    if constexpr (is_affine(E, Last)) {
        return differentiate_operand<E, Last>(T(0)).slope;
    } else if constexpr (Expression::operands(code) == 1) {
        return function_slope<code>(T(0), y) * slope_at_value<E, Last - 1>(T(0));
    } else if constexpr (is_multiple_of_x(E, Last - 1)) {
        return differentiate_operand<E, Last>(y).slope;
    } else {
        const T bound = evaluate_operand<E, Last - 1>(T(0)), inside = slope_at_value<E, left_end(E, Last)>(y);
        return elementary::select(code == Expression::minimum ? y < bound : y > bound, inside, T(0));
    }
}

}  // namespace detail

/// What the derivative of the expression is computed from.
using detail::SlopeFrom;
template <Expression E> inline constexpr SlopeFrom slope_from = detail::slope_from(E, E.size - 1);

/// The function's value at x.
template <Expression E, class T> constexpr T evaluate(T x) { return detail::evaluate_operand<E, E.size - 1>(x); }

/// Its derivative at x, where its value is y; reads only what slope_from<E> says. Exact, by forward differentiation of
/// every step (Griewank and Walther, "Evaluating derivatives", 2008, chapter 3).
template <Expression E, class T> constexpr T slope(T x, T y) {
    if constexpr (slope_from<E> == SlopeFrom::x)
        return detail::differentiate_operand<E, E.size - 1>(x).slope;
    else
        return detail::slope_at_value<E, E.size - 1>(y);
}

}  // namespace tn
