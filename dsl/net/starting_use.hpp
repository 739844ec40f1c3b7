// What becomes of each layer's output, which decides how its weights start: found in the flat list by the compiler.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "dsl/core/derivative.hpp"
#include "dsl/core/elementary.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/net/flatten.hpp"

namespace tn {

/// The first thing that matters for the size of a layer's values: a function of one value at place `at` of the flat
/// list, normalisation, more weights, or the loss. Pools and dropout let them pass, and so does a meeting of branches.
struct StartingUse {
    enum Kind { function, normalisation, weights, loss } kind = loss;
    std::size_t at = 0;
    bool ends_residual = false;  ///< it is the last layer of a residual's branch; one of its shortcut is not
};

namespace detail {

constexpr bool meets(Operation::Kind kind) {
    return kind == Operation::add || kind == Operation::concat || kind == Operation::multiply;
}

/// Where the branches meet of which one ends at place `at`, at a NextBranch.
template <std::size_t N> constexpr std::size_t meeting(const std::array<Operation::Kind, N>& kinds, std::size_t at) {
    int within = 0;
    for (++at; at < N; ++at) {
        if (kinds[at] == Operation::fork) ++within;
        if (meets(kinds[at]) && within-- == 0) break;
    }
    return at;
}

template <std::size_t N>
constexpr StartingUse starting_use(const std::array<Operation::Kind, N>& kinds, const std::array<bool, N>& is_function,
                                   std::size_t layer) {
    StartingUse use;
    for (std::size_t at = layer + 1; at < N; ++at) {
        use.at = at;
        if (is_function[at]) return use.kind = StartingUse::function, use;
        switch (kinds[at]) {
            case Operation::batch_norm:
            case Operation::layer_norm:
            case Operation::group_norm: return use.kind = StartingUse::normalisation, use;
            case Operation::convolution:
            case Operation::transposed_convolution:
            case Operation::dense:
            case Operation::attention:
            case Operation::gru:
            case Operation::lstm: return use.kind = StartingUse::weights, use;
            case Operation::next_branch:
                at = meeting(kinds, at);
                use.ends_residual = use.ends_residual || (at < N && kinds[at] == Operation::add);
                break;
            default: break;
        }
    }
    return use;
}

/// A layer that computes value by value, from the language or not.
template <class L>
concept FunctionLayer = Traits<L>::operation.kind == Operation::pointwise || requires(float v) { L::value(v); };

/// What is expected of a value: its mean, its mean square, and the correlation of its neighbours in an image.
struct Moments {
    float mean = 0, square = 1, shared = 0;

    float variance() const { return square > mean * mean ? square - mean * mean : 0; }
};

/// The moments of a function of normal numbers with these.
template <FunctionLayer L> Moments moments_through(const Moments& in) {
    const auto f = [](float v) -> float {
        if constexpr (requires { L::value(v); })
            return L::value(v);
        else
            return evaluate<Traits<L>::operation.function>(v);
    };
    const float deviation = std::sqrt(in.variance());
    float mean = 0, square = 0, weights = 0;
    for (int i = -80; i <= 80; ++i) {
        const float z = 0.05f * static_cast<float>(i), weight = elementary::exp(-0.5f * z * z),
                    y = f(in.mean + deviation * z);
        mean += weight * y;
        square += weight * y * y;
        weights += weight;
    }
    return {mean / weights, square / weights, in.shared};
}

/// Whether f takes away one half of the line and keeps the other, as ReLU and its smooth relatives do: it halves the
/// mean square of values around 0.
template <FunctionLayer L> bool halves_mean_square() {
    const float share = moments_through<L>({0, 64}).square / 64;
    return share > 0.4f && share < 0.7f;
}

}  // namespace detail

/// What becomes of the output of each layer of a flat list; only of those that have weights it means something.
template <class Flat> struct StartingUses;
template <class... Ps> struct StartingUses<List<Ps...>> {
    static constexpr std::size_t layers = sizeof...(Ps);
    static constexpr std::array<Operation::Kind, layers> kinds{Traits<typename Ps::type>::operation.kind...};
    static constexpr std::array<bool, layers> is_function{detail::FunctionLayer<typename Ps::type>...};
    static constexpr auto uses = [] {
        std::array<StartingUse, layers> all{};
        for (std::size_t i = 0; i != layers; ++i) all[i] = detail::starting_use(kinds, is_function, i);
        return all;
    }();
    static constexpr int residuals = [] {
        int count = 0;
        for (const Operation::Kind kind : kinds) count += kind == Operation::add;
        return count;
    }();

    /// Whether the layer is a BN that ends a residual's branch.
    static constexpr bool ends_residual(std::size_t layer) {
        return kinds[layer] == Operation::batch_norm && uses[layer].ends_residual;
    }
};

}  // namespace tn
