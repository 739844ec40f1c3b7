// How weights start: normal numbers of mean 0 and a deviation that each initialiser derives from the layer's fans and,
// if it wants, from what becomes of the layer's output.
#pragma once

#include <cmath>
#include <utility>

#include "dsl/core/expression.hpp"
#include "dsl/core/layer.hpp"

namespace tn {

/// A fixed deviation: Std<0.01> or Std<1, 100> as a type, Std{0.01f} as a value.
template <FloatBits Numerator = 1, FloatBits Denominator = (Numerator < 1 ? 1 : 100)> struct Std {
    float deviation;
    constexpr Std(float d = Numerator / Denominator) : deviation(d) {}
    constexpr InitRule rule() const { return {InitRule::std, deviation}; }
};

/// Deviation sqrt(2 / (fan_in + fan_out)): Glorot and Bengio, "Understanding the difficulty of training deep
/// feedforward neural networks", 2010.
struct Xavier {
    constexpr InitRule rule() const { return {InitRule::xavier, 0}; }
};

/// Deviation sqrt(2 / fan_in): He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015.
struct He {
    constexpr InitRule rule() const { return {InitRule::he, 0}; }
};

/// Deviation sqrt(1 / fan_in): LeCun, Bottou, Orr and Mueller, "Efficient BackProp", 1998.
struct LeCun {
    constexpr InitRule rule() const { return {InitRule::lecun, 0}; }
};

/// Deviation sqrt(gain / fan_in) with the gain that keeps the size of values through what follows the layer: 2 in front
/// of a function that takes away one half of the line, as ReLU does, or of normalisation, which any gain suits (He); 1
/// in front of another function or of more weights (LeCun). The last layer of a residual's branch, unless normalisation
/// follows it, has that over the number of residuals, so that their sum stays small (as Zhang, Dauphin and Ma, "Fixup
/// initialization", 2019). The layer whose output the loss sees has the gain, at most 2, that gives outputs of a mean
/// square of 0.1 for inputs of mean 0 and mean square 1 (dsl/net/starting_gains.hpp), so that a classifier begins by
/// guessing.
struct Auto {
    constexpr InitRule rule() const { return {InitRule::by_use, 0}; }
};

/// The same, and a BN that ends a residual's branch starts with a weight of 0, so that every residual starts as its
/// shortcut: Goyal and others, "Accurate, large minibatch SGD: training ImageNet in 1 hour", 2017.
struct ResidualsFromZero {
    constexpr InitRule rule() const { return {InitRule::by_use_residuals_from_zero, 0}; }
};

template <class I>
concept Initialiser = requires(const I& i) {
    { i.rule() } -> std::convertible_to<InitRule>;
};

/// The rule that a layer's Init<...> option names, or the network's default when it names none.
template <class Option> constexpr InitRule init_rule() {
    if constexpr (requires { std::declval<typename Option::type>().rule(); }) return typename Option::type{}.rule();
    return {};
}

/// The deviation of the normal numbers with which a parameter starts; `network` decides when the layer does not, and
/// `gain` is that of its use, for initialisers that want it.
inline float deviation(const Parameter& p, InitRule network, float gain) {
    const InitRule rule = p.init.kind == InitRule::network_default ? network : p.init;
    switch (rule.kind) {
        case InitRule::std: return rule.value;
        case InitRule::xavier: return std::sqrt(2.0f / static_cast<float>(p.fan_in + p.fan_out));
        case InitRule::lecun: return std::sqrt(1.0f / static_cast<float>(p.fan_in));
        case InitRule::by_use:
        case InitRule::by_use_residuals_from_zero: return std::sqrt(gain / static_cast<float>(p.fan_in));
        default: return std::sqrt(2.0f / static_cast<float>(p.fan_in));
    }
}

}  // namespace tn
