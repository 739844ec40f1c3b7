// The usual activation functions as formulas. A kink's derivative is that of PyTorch.
#pragma once

#include "dsl/core/expression.hpp"

namespace tn::functions {

inline constexpr Expression relu = max(x, 0);
inline constexpr Expression relu6 = min(max(x, 0), 6);
/// x above 0 and slope x below, for a slope from 0 to 1. Maas and others, "Rectifier nonlinearities improve neural
/// network acoustic models", 2013.
constexpr Expression leaky_relu(float slope) { return max(x, slope * x); }
/// x above 0 and alpha (e^x - 1) below, for an alpha of at least 0. Clevert and others, "Fast and accurate deep network
/// learning by exponential linear units", 2016.
constexpr Expression elu(float alpha) { return max(x, 0) + min(0, alpha * expm1(x)); }
/// x times the normal distribution function: Hendrycks and Gimpel, "Gaussian error linear units", 2016; and the
/// approximation given there.
inline constexpr Expression gelu = 0.5 * x * (1 + erf(0.70710678118654752 * x));
inline constexpr Expression gelu_tanh = 0.5 * x * (1 + tanh(0.79788456080286536 * (x + 0.044715 * x * x * x)));
/// Also called swish: Ramachandran and others, "Searching for activation functions", 2017.
inline constexpr Expression silu = x * sigmoid(x);
/// Misra, "Mish: a self regularized non-monotonic activation function", 2020.
inline constexpr Expression mish = x * tanh(softplus(x));
/// Howard and others, "Searching for MobileNetV3", 2019.
inline constexpr Expression hard_sigmoid = min(max(x + 3, 0), 6) / 6;
inline constexpr Expression hard_swish = x * (min(max(x + 3, 0), 6) / 6);

// These stand last: from here on their names are those of constants in this namespace.
inline constexpr Expression sigmoid = x.then(Expression::logistic);
inline constexpr Expression tanh = x.then(Expression::hyperbolic_tangent);
inline constexpr Expression softplus = x.then(Expression::soft_plus);

}  // namespace tn::functions
