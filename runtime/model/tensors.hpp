// The named tensors of a model, as checkpoints and tests see them, and how they start.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dsl/core/layer.hpp"
#include "dsl/init/initialisers.hpp"
#include "runtime/core/random.hpp"
#include "runtime/model/arena_layout.hpp"

namespace tn {

template <class T> struct Tensor {
    std::string name;  ///< "0.weight", "1.running_mean", "4.0.bias"
    std::span<T> values;
    Parameter parameter;  ///< its extents; for a state only these
    bool trained = true;
    float start = 0;  ///< where a state begins
};

/// Every parameter and state in an arena, in the order of the running list.
template <class Layout, class T> std::vector<Tensor<T>> list_tensors(T* arena) {
    using layers = typename Layout::layers;
    std::vector<Tensor<T>> tensors;
    for_each(layers{}, [&]<class P, std::size_t I>(Type<P>, std::integral_constant<std::size_t, I>) {
        constexpr Node node = Layout::schedule::program.node[I];
        if constexpr (node.runs) {
            const auto& entry = Layout::entries[I];
            const auto name = [&](int member, const char* tensor) {
                return P::path[member].text().string() + "." + tensor;
            };
            const Parameters p = Traits<typename P::type>::parameters(node.in);
            for (int i = 0; i < p.count; ++i) {
                const Parameter& parameter = p.item[i];
                tensors.push_back({name(parameter.member, parameter.name),
                                   std::span(arena + entry.parameter[i], parameter.size()), parameter, true, 0});
            }
            const States s = Traits<typename P::type>::states(node.in);
            for (int i = 0; i < s.count; ++i) {
                const State& state = s.item[i];
                tensors.push_back({name(state.member, state.name), std::span(arena + entry.state[i], state.size),
                                   Parameter{state.name, {state.size}, 1}, false, state.start});
            }
        }
    });
    return tensors;
}

/// Starts them anew: normal numbers with the deviation of the layer's own initialiser, or of this one; constants and
/// states with their values.
template <class T> void initialise(std::span<const Tensor<T>> tensors, const InitRule& rule, std::uint64_t seed) {
    std::uint64_t index = 0;
    for (const Tensor<T>& t : tensors) {
        ++index;
        const bool constant = t.parameter.init.kind == InitRule::constant;
        const float spread = constant || !t.trained ? 0 : deviation(t.parameter, rule);
        Random random(seed, stream::initialise, index);
        for (T& v : t.values)
            v = static_cast<T>(!t.trained ? t.start : constant ? t.parameter.init.value : spread * random.normal());
    }
}

}  // namespace tn
