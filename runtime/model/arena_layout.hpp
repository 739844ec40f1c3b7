// Where everything that a model keeps lies in its one arena: constants of its type.
#pragma once

#include <array>
#include <cstddef>

#include "dsl/net/net.hpp"

namespace tn {

/// Offsets in values from the arena's start, in the order of the arena. The gradients and every state of
/// the optimizer have the same order as the parameters, so that one pass over all of them is a step of the optimizer.
template <class N, Fusion F, Purpose For, int OptimizerStates, class Device> struct ArenaLayout {
    using network = N;
    using schedule = typename N::template schedule<F, For, Device, OptimizerStates>;
    using layers = typename schedule::layers;
    static constexpr bool trains = For != Purpose::infer;
    static constexpr bool has_input_gradient = For == Purpose::input_gradient || For == Purpose::watched;
    static constexpr int optimizer_states = OptimizerStates;

    static constexpr std::size_t parameter_span = N::parameter_span;
    static constexpr std::size_t gradients = parameter_span;
    static constexpr std::size_t optimizer_state(int k) { return parameter_span * (2 + k); }
    static constexpr std::size_t states = trains ? optimizer_state(OptimizerStates) : parameter_span;
    static constexpr std::size_t frozen = states + N::state_span;
    static constexpr std::size_t kept = frozen + N::frozen_span;
    static constexpr std::size_t planned = kept + schedule::kept;

    /// Of the batch: a step number of 64 bits, targets or labels, for each sample a loss, whether it is right and how
    /// many of its labels count, what the loss sums, and two weights for each class. Of a training step: the norm of
    /// all gradients, in double, its parts, and what the gradients are times so that it is not too large.
    using loss = LossTraits<typename N::loss>;
    static constexpr std::size_t batch = N::batch;
    static constexpr std::size_t target_count = batch * loss::targets(N::output);
    static constexpr std::size_t label_count = batch * loss::labels(N::output);
    static constexpr std::size_t channels = N::output.channels;
    static constexpr std::size_t step_number = planned + schedule::plan.size;
    static constexpr std::size_t targets = step_number + aligned(2);
    static constexpr std::size_t labels = targets + aligned(target_count);
    static constexpr std::size_t losses = labels + aligned(label_count);
    static constexpr std::size_t correct = losses + aligned(batch);
    static constexpr std::size_t counted = correct + aligned(batch);
    static constexpr std::size_t loss_work = counted + aligned(batch);
    static constexpr std::size_t class_weights = loss_work + aligned(batch * loss::work(N::output));
    static constexpr std::size_t positive_weights = class_weights + aligned(channels);
    static constexpr std::size_t norm_sums = positive_weights + aligned(channels);
    static constexpr std::size_t norm = norm_sums + (trains ? aligned(2 * norm_parts) : 0);
    static constexpr std::size_t clip = norm + (trains ? aligned(2) : 0);
    static constexpr std::size_t size = clip + (trains ? aligned(1) : 0);
    static_assert(!N::ok || size == N::template arena_values<F, For, OptimizerStates, Device>);

    /// Where the parameters and states of an entry of the running list lie. Of parameters that several layers share
    /// the first layer is the owner; the gradients of all but the last are added to those that the later ones left.
    struct Entry {
        std::array<std::size_t, max_parameters> parameter{};
        std::array<std::size_t, max_states> state{};
        int parameters = 0, states = 0;
        /// What it owns and trains, without the room up to the next multiple of 64 bytes.
        std::size_t begin = 0, end = 0;
        unsigned owned = 0, frozen = 0, added = 0, owned_states = 0;  ///< a bit for each parameter or state
        std::size_t kept = 0;  ///< where what inference keeps of its weights lies

        constexpr bool owns(int i) const { return owned >> i & 1; }
        constexpr bool trains(int i) const { return (owned & ~frozen) >> i & 1; }
        constexpr bool adds(int i) const { return added >> i & 1; }
        constexpr bool freezes(int i) const { return frozen >> i & 1; }
        constexpr bool owns_state(int i) const { return owned_states >> i & 1; }
    };
    static constexpr auto entries = [] {
        std::array<Entry, layers::size> entries{};
        using Uses = SharedUses<layers>;
        std::size_t next = 0, next_state = ArenaLayout::states, next_frozen = ArenaLayout::frozen, first = 0;
        std::size_t next_kept = ArenaLayout::kept;
        std::array<std::size_t, Uses::layers> of_layer{}, states_of_layer{};  // where the tensors of an owner begin
        for (std::size_t at = 0; at != layers::size; ++at) {
            const LayerRecord& record = LayerTable<layers>::records[at];
            const Node& node = schedule::program.node[at];
            const std::size_t first_member = first;
            first += record.members;
            if (!node.runs) continue;
            Entry& entry = entries[at];
            entry.kept = next_kept;
            next_kept += node.kept;
            /// Calls put(tensor, at, owned) with the places of all tensors in order, and moves `trained`, or `frozen`
            /// for tensors that are, behind those that are owned.
            const auto place = [&](const auto& tensors, auto& of_owner, std::size_t& trained, std::size_t& frozen,
                                   auto is_frozen, auto size, auto put) {
                std::size_t at = 0;
                for (int i = 0; i < tensors.count; ++i) {
                    std::size_t& free = is_frozen(tensors.item[i]) ? frozen : trained;
                    const std::size_t layer = first_member + tensors.item[i].member, owner = Uses::uses.first[layer];
                    const bool begins = i == 0 || tensors.item[i].member != tensors.item[i - 1].member;
                    if (begins && owner == layer) of_owner[layer] = free;
                    if (begins) at = of_owner[owner];
                    put(i, at, owner == layer, Uses::uses.last[layer] != layer);
                    at += aligned(size(tensors.item[i]));
                    if (owner == layer) free = at;
                }
            };
            const Parameters p = record.parameters(node.in);
            entry.parameters = p.count;
            place(
                p, of_layer, next, next_frozen, [](const Parameter& tensor) { return tensor.frozen; },
                [](const Parameter& tensor) { return tensor.size(); },
                [&](int i, std::size_t at, bool owned, bool added) {
                    entry.parameter[i] = at;
                    if (p.item[i].frozen) entry.frozen |= 1u << i;
                    if (added) entry.added |= 1u << i;
                    if (!owned) return;
                    if (!p.item[i].frozen) {
                        if (!entry.end) entry.begin = at;
                        entry.end = at + p.item[i].size();
                    }
                    entry.owned |= 1u << i;
                });
            const States s = record.states(node.in);
            entry.states = s.count;
            place(
                s, states_of_layer, next_state, next_state, [](const State&) { return false; },
                [](const State& state) { return state.size; },
                [&](int i, std::size_t at, bool owned, bool) {
                    entry.state[i] = at;
                    if (owned) entry.owned_states |= 1u << i;
                });
        }
        return entries;
    }();
};

}  // namespace tn
