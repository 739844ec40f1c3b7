// How weights start: normal numbers of mean 0 and a deviation that each initialiser derives from the layer's fans.
#pragma once

#include <cmath>
#include <utility>

#include "dsl/core/layer.hpp"

namespace tn {

/// A fixed deviation: Std<1, 100> is 0.01 as a type, Std{0.01f} as a value.
template <int Numerator = 1, int Denominator = 100> struct Std {
    float deviation;
    constexpr Std(float d = static_cast<float>(Numerator) / static_cast<float>(Denominator)) : deviation(d) {}
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

template <class I>
concept Initialiser = requires(const I& i) {
    { i.rule() } -> std::convertible_to<InitRule>;
};

/// The rule that a layer's Init<...> option names, or the network's default when it names none.
template <class Option> constexpr InitRule init_rule() {
    if constexpr (requires { std::declval<typename Option::type>().rule(); }) return typename Option::type{}.rule();
    return {};
}

/// The deviation of the normal numbers with which a parameter starts; `network` decides when the layer does not.
inline float deviation(const Parameter& p, InitRule network) {
    const InitRule rule = p.init.kind == InitRule::network_default ? network : p.init;
    switch (rule.kind) {
        case InitRule::std: return rule.value;
        case InitRule::xavier: return std::sqrt(2.0f / static_cast<float>(p.fan_in + p.fan_out));
        default: return std::sqrt(2.0f / static_cast<float>(p.fan_in));
    }
}

}  // namespace tn
