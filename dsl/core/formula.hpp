// An expression as text: "x * sigmoid(x)".
#pragma once

#include <string_view>

#include "dsl/core/derivative.hpp"
#include "dsl/core/expression.hpp"

namespace tn {

/// How the functions of an expression are called where it is written: in formulas by their names here, in C++ as those
/// of the standard library.
constexpr std::string_view function_name(Expression::Code code) {
    switch (code) {
        case Expression::minimum: return "min";
        case Expression::maximum: return "max";
        case Expression::absolute: return "abs";
        case Expression::square_root: return "sqrt";
        case Expression::exponential: return "exp";
        case Expression::exponential_minus_1: return "expm1";
        case Expression::logarithm: return "log";
        case Expression::hyperbolic_tangent: return "tanh";
        case Expression::error_function: return "erf";
        case Expression::logistic: return "sigmoid";
        case Expression::soft_plus: return "softplus";
        default: return "";
    }
}

namespace detail {

/// Operators bind in this order; what is called or stands alone binds most.
constexpr int binding(Expression::Code code) {
    switch (code) {
        case Expression::add:
        case Expression::subtract: return 1;
        case Expression::multiply:
        case Expression::divide: return 2;
        case Expression::negate: return 3;
        default: return 4;
    }
}

/// Writes the operand that ends with step `last` to `text << string_view`; `number(text, float)` writes a constant.
template <class Text, class Number>
constexpr void write_operand(Text& text, const Expression& e, int last, int least_binding, Number number) {
    const Expression::Code code = e.code(last);
    const bool in_brackets =
        binding(code) < least_binding || (code == Expression::constant && e.value(last) < 0 && least_binding > 1);
    if (in_brackets) text << "(";
    if (code == Expression::variable) {
        text << "x";
    } else if (code == Expression::constant) {
        number(text, e.value(last));
    } else if (code == Expression::negate) {
        text << "-";
        write_operand(text, e, last - 1, 4, number);
    } else if (binding(code) < 3) {
        const bool adds = binding(code) == 1, inverse = code == Expression::subtract || code == Expression::divide;
        write_operand(text, e, left_end(e, last), adds ? 1 : 2, number);
        text << (adds ? inverse ? " - " : " + " : inverse ? " / " : " * ");
        write_operand(text, e, last - 1, (adds ? 1 : 2) + 1, number);
    } else {
        text << function_name(code) << "(";
        if (Expression::operands(code) == 2) {
            write_operand(text, e, left_end(e, last), 1, number);
            text << ", ";
        }
        write_operand(text, e, last - 1, 1, number);
        text << ")";
    }
    if (in_brackets) text << ")";
}

/// A constant with as few digits behind the point as give the same float, at most 12.
template <class Text> constexpr void write_short(Text& text, float value) {
    if (value < 0) text << "-";
    const double size = value < 0 ? -static_cast<double>(value) : value;
    if (!(size < 1e6)) {
        text << (size == size ? "large" : "nan");
        return;
    }
    double scale = 1;
    int digits = 0;
    const auto rounded = [&] { return static_cast<long long>(size * scale + 0.5); };
    while (digits < 12 && static_cast<float>(static_cast<double>(rounded()) / scale) != static_cast<float>(size)) {
        scale *= 10;
        ++digits;
    }
    const long long all = rounded(), unit = static_cast<long long>(scale);
    text << static_cast<int>(all / unit);
    if (digits > 0) text << ".";
    for (long long rest = all % unit, place = unit / 10; place > 0; place /= 10) {
        text << static_cast<int>(rest / place);
        rest %= place;
    }
}

}  // namespace detail

/// The formula that `text << string_view` receives, with as few brackets as it needs; one that does not fit in an
/// Expression as "a formula of more than 24 steps or 6 constants".
template <class Text> constexpr void write_formula(Text& text, const Expression& e) {
    if (!e.fits()) {
        text << "a formula of more than 24 steps or 6 constants";
        return;
    }
    detail::write_operand(text, e, e.size - 1, 1, [](Text& t, float value) { detail::write_short(t, value); });
}

}  // namespace tn
