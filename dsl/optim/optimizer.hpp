// What an optimizer is and what all of them share: the step of a weight, the ranges of their fields, and states that
// never become subnormal.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace tn {

/// An optimizer has `states`, how many values it keeps of every weight; `name`; the fields `rate` and `weight_decay`;
/// and `rule(step)`, which gives what changes one weight at the step, counted from 1: a named type with its `rate` and
/// a constexpr operator(), so that it runs on a GPU too, as
///
///     template <class T> constexpr void operator()(T& w, T g, T& m, T& v) const;
///
/// with as many states as the optimizer keeps; they begin at 0. Weight decay adds weight_decay w to the gradient before
/// it, or, where the rule has `decoupled_decay`, takes rate weight_decay w off the weight (Loshchilov and Hutter,
/// "Decoupled weight decay regularization", 2019). An optimizer may say with hyperparameters() which values its fields
/// may have; a model refuses others.
template <class O>
concept OptimizerConcept = requires(const O& optimizer) {
    { int{O::states} };
    { O::name } -> std::convertible_to<const char*>;
    { optimizer.rate } -> std::convertible_to<float>;
    { optimizer.weight_decay } -> std::convertible_to<float>;
    { optimizer.rule(1LL).rate } -> std::convertible_to<double>;
};

/// What a tensor makes of an optimizer's numbers: its rate and its weight decay are times these. At rate 0 it stays as
/// it is.
struct TensorFactors {
    float rate = 1, decay = 1;
};

/// An optimizer's step for the weights of one tensor.
template <class Rule> struct TensorStep {
    static constexpr bool decoupled_decay = requires { requires Rule::decoupled_decay; };
    Rule rule;
    float decay, clip;

    /// All gradients are times `clip_by`.
    constexpr TensorStep(const Rule& of_all, float weight_decay, TensorFactors factors, float clip_by = 1)
        : rule(of_all), decay(weight_decay * factors.decay), clip(clip_by) {
        rule.rate *= factors.rate;
    }

    /// Changes the weight w with the gradient g.
    template <class T, class... States> constexpr void operator()(T& w, T g, States&... states) const {
        if (clip != 1) g *= T(clip);  // not always: a product with 1 would change how a compiler rounds the sum below
        if constexpr (decoupled_decay)
            w -= T(rule.rate) * T(decay) * w;
        else
            g += T(decay) * w;
        rule(w, g, states...);
    }
};

/// A field of an optimizer and what it may be: finite, at least `least` and, if that is finite, below `below`.
/// An optimizer's hyperparameters() returns an array of them.
struct Hyperparameter {
    const char* name;
    float value, least = 0, below = std::numeric_limits<float>::infinity();

    constexpr bool fits() const { return value >= least && value < below; }
};

/// The least epsilon of optimizers that divide by sqrt(s) + epsilon. It is over the square root of the smallest normal
/// number, 1.1e-19, so that a second moment which is flushed to 0 was negligible beside it.
inline constexpr float least_epsilon = 1e-18f;

/// The value, or 0 where it is subnormal. The states of weights whose gradient stays 0 decay to subnormal numbers and
/// would stay there: a CPU computes with them many times more slowly. The exponent is looked at as bits, because
/// compilers do not make vectors of a comparison of values that may be NaN.
template <class T> constexpr T flush_subnormal(T value) {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    constexpr Bits exponent = std::bit_cast<Bits>(std::numeric_limits<T>::infinity());
    const Bits bits = std::bit_cast<Bits>(value);
    return std::bit_cast<T>((bits & exponent) != 0 ? bits : Bits{0});
}

}  // namespace tn
