// A step of the optimizer: one pass over all parameters, their gradients and its states.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "dsl/core/kernel.hpp"
#include "runtime/model/arena_layout.hpp"
#include "runtime/model/tensors.hpp"

namespace tn {

namespace detail {

/// Where a tensor that decays lies among the parameters.
struct DecaySpan {
    std::uint32_t begin, end;
};

/// The parameters that weight decay acts on, in the order of the arena.
template <class Layout> struct Decays {
    template <class Found> static constexpr void walk(Found found) {
        using layers = typename Layout::layers;
        for_each(layers{}, [&]<class P, std::size_t I>(Type<P>, std::integral_constant<std::size_t, I>) {
            const auto& entry = Layout::entries[I];
            const Parameters p = Traits<typename P::type>::parameters(Layout::schedule::program.node[I].in);
            for (int k = 0; k < entry.parameters; ++k) {
                const auto i = static_cast<std::size_t>(k);
                if (p.item[i].decays) found(entry.parameter[i], entry.parameter[i] + p.item[i].size());
            }
        });
    }
    static constexpr std::size_t count = [] {
        std::size_t n = 0;
        walk([&n](std::size_t, std::size_t) { ++n; });
        return n;
    }();
    static constexpr auto spans = [] {
        std::array<DecaySpan, count> spans{};
        std::size_t next = 0;
        walk([&](std::size_t begin, std::size_t end) {
            spans[next++] = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
        });
        return spans;
    }();
};

}  // namespace detail

/// Changes every parameter in the arena by an optimizer's rule and the gradients that lie there.
template <class Layout, class Device, class T, class Rule>
void update_all(Device& device, std::span<const Tensor<T>> tensors, T* arena, const Rule& rule, float weight_decay) {
    T* const gradients = arena + Layout::gradients;
    T* const first = Layout::optimizer_states > 0 ? arena + Layout::optimizer_state(0) : arena;
    T* const second = Layout::optimizer_states > 1 ? arena + Layout::optimizer_state(1) : first;
    constexpr auto& spans = detail::Decays<Layout>::spans;
    using Kernel = UpdateKernel<typename KernelDevice<Device>::type>;
    if constexpr (requires { sizeof(Kernel); }) {
        Kernel::run(device, rule, weight_decay, spans, Layout::parameter_span, arena, gradients, first, second);
    } else {
        for (const Tensor<T>& t : tensors) {
            const auto at = static_cast<std::size_t>(t.values.data() - arena);
            const T decay = t.parameter.decays ? weight_decay : 0;
            for (std::size_t i = at; t.trained && i < at + t.values.size(); ++i)
                rule(arena[i], static_cast<T>(gradients[i] + decay * arena[i]), first[i], second[i]);
        }
    }
}

}  // namespace tn
