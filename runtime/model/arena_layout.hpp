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
    using schedule = typename N::template schedule<F, For, Device>;
    using layers = typename schedule::layers;
    static constexpr bool trains = For != Purpose::infer;
    static constexpr bool has_input_gradient = For == Purpose::input_gradient || For == Purpose::watched;
    static constexpr int optimizer_states = OptimizerStates;

    static constexpr std::size_t parameter_span = N::parameter_span;
    static constexpr std::size_t gradients = parameter_span;
    static constexpr std::size_t optimizer_state(int k) { return parameter_span * (2 + k); }
    static constexpr std::size_t states = trains ? optimizer_state(OptimizerStates) : parameter_span;
    static constexpr std::size_t planned = states + N::state_span;

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

    /// Where the parameters and states of an entry of the running list lie.
    struct Entry {
        std::array<std::size_t, max_parameters> parameter{};
        std::array<std::size_t, max_states> state{};
        int parameters = 0, states = 0;
        std::size_t end = 0;  ///< of the last parameter, without the room up to the next multiple of 64 bytes
    };
    static constexpr auto entries = [] {
        std::array<Entry, layers::size> entries{};
        std::size_t next = 0, next_state = ArenaLayout::states;
        for_each(layers{}, [&]<class P, std::size_t I>(Type<P>, std::integral_constant<std::size_t, I>) {
            const Node& node = schedule::program.node[I];
            if (!node.runs) return;
            Entry& entry = entries[I];
            const Parameters p = Traits<typename P::type>::parameters(node.in);
            for (; entry.parameters < p.count; ++entry.parameters) {
                const int i = entry.parameters;
                entry.parameter[i] = next;
                entry.end = next + p.item[i].size();
                next += aligned(p.item[i].size());
            }
            const States s = Traits<typename P::type>::states(node.in);
            for (; entry.states < s.count; ++entry.states) {
                const int i = entry.states;
                entry.state[i] = next_state;
                next_state += aligned(s.item[i].size);
            }
        });
        return entries;
    }();
};

}  // namespace tn
