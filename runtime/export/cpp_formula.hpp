// Pointwise functions as C++17: what an exported header says of them.
#pragma once

#include <string>
#include <string_view>

#include "dsl/core/expression.hpp"

namespace tn {

/// `value` as a literal that reads back as the same float: 0.1f.
std::string float_literal(float value);

/// The formula as an expression in a float `x`, with functions of the standard library and of cpp_formula_functions.
std::string to_cpp(const Expression& e);

/// The functions that such expressions call besides those of the standard library.
inline constexpr std::string_view cpp_formula_functions = R"(
inline float min(float a, float b) { return b < a ? b : a; }
inline float max(float a, float b) { return a < b ? b : a; }
inline float sigmoid(float a) {
    const float e = std::exp(a < 0 ? a : -a);
    return (a < 0 ? e : 1.0f) / (1 + e);
}
inline float softplus(float a) { return (a < 0 ? 0.0f : a) + std::log1p(std::exp(a < 0 ? a : -a)); }
)";

}  // namespace tn
