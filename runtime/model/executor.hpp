// Runs a network's layers forward, its loss, and the layers backward, on what lies in an arena.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "dsl/loss/loss.hpp"
#include "dsl/net/execute.hpp"
#include "runtime/model/arena_layout.hpp"

namespace tn {

/// Adds values, for Device::for_ranges.
template <class T> struct AddValues {
    T* sum;
    const T* values;
    constexpr void operator()(int begin, int end) const {
        for (int i = begin; i < end; ++i) sum[i] += values[i];
    }
};

/// The running list on a device, which must outlive this. A device that wants to know is told which step of the plan
/// begins.
template <class Layout, class Device, class T> class Executor {
    using N = typename Layout::network;
    using layers = typename Layout::layers;
    static constexpr auto& program = Layout::schedule::program;
    static constexpr auto& plan = Layout::schedule::plan;

public:
    /// `random` names the seed and where the step's number lies.
    Executor(Device& device, T* arena, RandomKey random) : device_(device), arena_(arena), random_(random) {}

    /// On n samples of a batch, before which others compute `first`.
    void forward(int n, bool training, int first = 0) {
        for_each(layers{}, [&]<class P, std::size_t I>(Type<P>, std::integral_constant<std::size_t, I>) {
            constexpr Node node = program.node[I];
            if constexpr (node.runs && !node.is_fork) {
                begin(I);
                run_forward<typename P::type, node.in>(device_, pass<I>(n, first, training, false));
            }
        });
    }

    /// The loss of n samples after forward(); what `p` does not say of the network is filled in.
    void loss(int n, LossPass<T> p) {
        using L = typename N::loss;
        p.outputs = LossTraits<L>::labelled ? N::output.channels : static_cast<int>(N::output.size());
        p.pixels = static_cast<int>(N::output.plane());
        p.x = planned(plan.value[program.output]);
        begin(program.nodes);
        if constexpr (LossTraits<L>::by_pixels(N::output)) {
            p.work = arena_ + Layout::loss_work;
            device_.for_ranges(n * pixel_parts(p.pixels), PixelParts<L, T>{p});
            device_.for_ranges(n, PixelSums<L, T>{p});
        } else {
            device_.for_ranges(n, LossPart<L, T>{p});
        }
    }

    /// After forward() in training and loss(). Calls done(I) when the gradients of entry I are there.
    template <class Done> void backward(int n, int first, const Done& done) {
        for_each(Reverse_t<layers>{}, [&]<class P, std::size_t I>(Type<P>, std::integral_constant<std::size_t, I>) {
            constexpr std::size_t at = layers::size - 1 - I;
            constexpr Node node = program.node[at];
            if constexpr (plan.runs_backward[at]) {
                begin(2 * program.nodes - int{at});
                run_backward<typename P::type, node.in>(device_, pass<at>(n, first, true, true));
                if constexpr (Layout::entries[at].added != 0) add_gradients<at>();
                done(at);
            }
        });
    }

    /// The gradient of the network's output.
    T* output_gradient() const { return planned(plan.gradient[program.output]); }

private:
    /// The number of each entry's first layer before fusion: random numbers do not depend on what is fused.
    static constexpr auto number_of_layer = [] {
        std::array<std::uint32_t, layers::size> numbers{};
        std::uint32_t next = 0;
        for_each(layers{}, [&]<class P, std::size_t I>(Type<P>, std::integral_constant<std::size_t, I>) {
            numbers[I] = next;
            next += P::members;
        });
        return numbers;
    }();

    T* planned(std::size_t offset) const { return offset == nowhere ? nullptr : arena_ + Layout::planned + offset; }

    /// The tensors of entry I for n samples.
    template <std::size_t I> Pass<T> pass(int n, int first, bool training, bool backward) const {
        constexpr Node node = program.node[I];
        Pass<T> p;
        p.n = n;
        p.in = node.in;
        p.out = node.out;
        p.training = training;
        p.x = planned(plan.value[node.inputs[0]]);
        p.y = planned(plan.value[node.outputs[0]]);
        p.saved = planned(plan.saved[I]);
        p.work = planned(backward ? plan.work_backward[I] : plan.work_forward[I]);
        p.random = random_;
        p.random.layer = number_of_layer[I];
        if (training) p.first = first;
        p.branches = std::max(node.input_count, node.output_count);
        for (int k = 0; k < node.input_count; ++k) {
            p.branch_shape[k] = program.value[node.inputs[k]];
            p.xs[k] = planned(plan.value[node.inputs[k]]);
            if (backward) p.dxs[k] = planned(plan.gradient[node.inputs[k]]);
        }
        if (backward) {
            p.dx = p.dxs[0];
            p.dy = planned(plan.gradient[node.outputs[0]]);
            for (int k = 0; k < node.output_count; ++k) p.dys[k] = planned(plan.gradient[node.outputs[k]]);
        }
        constexpr auto& entry = Layout::entries[I];
        for (int k = 0; k < entry.parameters; ++k) {
            p.parameter[k] = arena_ + entry.parameter[k];
            if (Layout::trains) p.gradient[k] = p.parameter[k] + Layout::gradients;
        }
        if (backward) each_added<I>([&](int k, T* gradient, Index) { p.gradient[k] = gradient; });
        for (int k = 0; k < entry.states; ++k) p.state[k] = arena_ + entry.state[k];
        return p;
    }

    /// Calls f(parameter, gradient, size) for every parameter of entry I that a later layer has, too: where the entry's
    /// own gradient of it lies before it is added.
    template <std::size_t I, class F> void each_added(F f) const {
        constexpr auto& entry = Layout::entries[I];
        if constexpr (entry.added != 0 && Layout::trains) {
            const Parameters all = Traits<typename At_t<layers, I>::type>::parameters(program.node[I].in);
            T* gradient = planned(plan.added_gradients[I]);
            for (int k = 0; k < entry.parameters; ++k) {
                if (!entry.adds(k)) continue;
                f(k, gradient, all.item[k].size());
                gradient += aligned(all.item[k].size());
            }
        }
    }
    template <std::size_t I> void add_gradients() {
        each_added<I>([this](int k, const T* own, Index size) {
            T* const all = arena_ + Layout::entries[I].parameter[k] + Layout::gradients;
            device_.for_ranges(static_cast<int>(size), AddValues<T>{all, own});
        });
    }

    void begin(int step) {
        if constexpr (requires { device_.begin(step); }) device_.begin(step);
    }

    Device& device_;
    T* arena_;
    RandomKey random_;
};

}  // namespace tn
