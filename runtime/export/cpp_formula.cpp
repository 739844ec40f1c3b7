#include "runtime/export/cpp_formula.hpp"

#include <fmt/format.h>

#include <cmath>

#include "dsl/core/formula.hpp"

namespace tn {

namespace {

struct Writer {
    std::string text;

    Writer& operator<<(std::string_view s) {
        text += s;
        return *this;
    }
};

bool is_of_cmath(Expression::Code code) {
    return code >= Expression::absolute && code <= Expression::error_function && code != Expression::negate;
}

/// Every function's name with its namespace: `min` and `max` are there twice, and abs of <cstdlib> is for integers.
void write(Writer& out, const Expression& e, int last) {
    const Expression::Code code = e.code(last);
    const bool brackets = code == Expression::negate || Expression::operands(code) == 2;
    const auto operand = [&](int end) { write(out, e, end); };
    if (code == Expression::variable) {
        out << "x";
    } else if (code == Expression::constant) {
        const float value = e.value(last);
        out << (value < 0 ? "(" : "") << float_literal(value) << (value < 0 ? ")" : "");
    } else if (code == Expression::minimum || code == Expression::maximum || !brackets) {
        out << (is_of_cmath(code) ? "std::" : "detail::") << function_name(code) << "(";
        if (Expression::operands(code) == 2) {
            operand(detail::left_end(e, last));
            out << ", ";
        }
        operand(last - 1);
        out << ")";
    } else {
        out << "(";
        if (code == Expression::negate) {
            out << "-";
        } else {
            operand(detail::left_end(e, last));
            out << (code == Expression::add        ? " + "
                    : code == Expression::subtract ? " - "
                    : code == Expression::multiply ? " * "
                                                   : " / ");
        }
        operand(last - 1);
        out << ")";
    }
}

}  // namespace

std::string float_literal(float value) {
    if (!std::isfinite(value)) return std::isnan(value) ? "NAN" : value < 0 ? "-INFINITY" : "INFINITY";
    std::string text = fmt::format("{}", value);
    if (text.find_first_of(".e") == text.npos) text += ".0";
    return text + "f";
}

std::string to_cpp(const Expression& e) {
    Writer out;
    write(out, e, e.size - 1);
    return out.text;
}

}  // namespace tn
