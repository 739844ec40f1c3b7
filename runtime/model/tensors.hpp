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
    bool trained = true;  ///< false for a state and for a parameter that is frozen
    bool is_state() const { return !trained && !parameter.frozen; }
    float start = 0;  ///< where a state begins
    int layer = 0;    ///< its layer's place in the flat list
};

/// Every parameter and state in an arena, in the order of the running list; what several layers share under the name of
/// the first.
template <class Layout, class T> std::vector<Tensor<T>> list_tensors(T* arena) {
    using layers = typename Layout::layers;
    std::vector<Tensor<T>> tensors;
    int first = 0;  // the place of an entry's first layer in the flat list
    for (std::size_t at = 0; at != layers::size; ++at) {
        const LayerRecord& record = LayerTable<layers>::records[at];
        const Node& node = Layout::schedule::program.node[at];
        if (node.runs) {
            const auto& entry = Layout::entries[at];
            const auto name = [&](int member, const char* tensor) {
                return record.path[member].text().string() + "." + tensor;
            };
            const Parameters p = record.parameters(node.in);
            for (int i = 0; i < p.count; ++i) {
                if (!entry.owns(i)) continue;
                const Parameter& parameter = p.item[i];
                tensors.push_back({name(parameter.member, parameter.name),
                                   std::span(arena + entry.parameter[i], parameter.size()), parameter,
                                   !parameter.frozen, 0, first + parameter.member});
            }
            const States s = record.states(node.in);
            for (int i = 0; i < s.count; ++i) {
                if (!entry.owns_state(i)) continue;
                const State& state = s.item[i];
                tensors.push_back({name(state.member, state.name), std::span(arena + entry.state[i], state.size),
                                   Parameter{state.name, {state.size}, 1}, false, state.start, first + state.member});
            }
        }
        first += static_cast<int>(record.members);
    }
    return tensors;
}

/// Starts the tensors of network N anew: normal numbers with the deviation of the layer's own initialiser, or of this
/// one; constants and states with their values.
template <class N, class T>
void initialise(std::span<const Tensor<T>> tensors, const InitRule& rule, std::uint64_t seed) {
    using Uses = StartingUses<typename N::flat>;
    const auto gains = starting_gains<N>(rule);
    std::uint64_t index = 0;
    for (const Tensor<T>& t : tensors) {
        ++index;
        const bool constant = t.parameter.init.kind == InitRule::constant;
        const bool from_zero = rule.kind == InitRule::by_use_residuals_from_zero && Uses::ends_residual(t.layer);
        const float value = t.is_state() ? t.start : from_zero ? 0 : t.parameter.init.value;
        const float spread = constant || t.is_state() ? 0 : deviation(t.parameter, rule, gains[t.layer]);
        Random random(seed, stream::initialise, index);
        for (T& v : t.values) v = static_cast<T>(t.is_state() || constant ? value : spread * random.normal());
    }
}

}  // namespace tn
