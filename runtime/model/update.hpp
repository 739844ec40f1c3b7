// A step of the optimizer: one pass over all parameters, their gradients and its states.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "dsl/core/kernel.hpp"
#include "dsl/optim/optimizer.hpp"
#include "runtime/model/arena_layout.hpp"

namespace tn {

/// Where a trained tensor lies among the parameters, and what it makes of the optimizer's numbers.
struct TensorSpan {
    std::uint32_t begin, end;
    TensorFactors factors;
};

/// All trained tensors in the order of the arena, which is that of the model's tensors. Weight decay acts on those only
/// whose layer says so.
template <class Layout> class TrainedTensors {
    template <class Found> static constexpr void walk(Found found) {
        using layers = typename Layout::layers;
        for (std::size_t at = 0; at != layers::size; ++at) {
            const auto& entry = Layout::entries[at];
            const Parameters p = LayerTable<layers>::records[at].parameters(Layout::schedule::program.node[at].in);
            for (int i = 0; i < entry.parameters; ++i) {
                if (!entry.trains(i)) continue;
                found(TensorSpan{static_cast<std::uint32_t>(entry.parameter[i]),
                                 static_cast<std::uint32_t>(entry.parameter[i] + p.item[i].size()),
                                 {1, p.item[i].decays ? 1.0f : 0.0f}});
            }
        }
    }

public:
    static constexpr std::size_t count = [] {
        std::size_t n = 0;
        walk([&n](const TensorSpan&) { ++n; });
        return n;
    }();
    using Spans = std::array<TensorSpan, count>;
    static constexpr Spans spans = [] {
        Spans all{};
        std::size_t next = 0;
        walk([&](const TensorSpan& span) { all[next++] = span; });
        return all;
    }();
};

/// Changes every parameter in the arena by an optimizer's rule and the gradients that lie there, times *clip, which
/// lies on the device; where that is 0, none.
template <class Layout, class Device, class T, class Rule>
void update_all(Device& device, const typename TrainedTensors<Layout>::Spans& tensors, T* arena, const Rule& rule,
                float weight_decay, const float* clip) {
    const T* const gradients = arena + Layout::gradients;
    [&]<std::size_t... K>(std::index_sequence<K...>) {
        const std::array<T*, sizeof...(K)> states{arena + Layout::optimizer_state(static_cast<int>(K))...};
        using Kernel = UpdateKernel<typename KernelDevice<Device>::type>;
        if constexpr (requires { sizeof(Kernel); }) {
            Kernel::run(device, rule, weight_decay, tensors, clip, Layout::parameter_span, arena, gradients, states);
        } else {
            if (!(*clip > 0)) return;
            for (const TensorSpan& tensor : tensors) {
                const TensorStep step(rule, weight_decay, tensor.factors, *clip);
                for (std::size_t i = tensor.begin; i < tensor.end; ++i) step(arena[i], gradients[i], states[K][i]...);
            }
        }
    }(std::make_index_sequence<Layout::optimizer_states>{});
}

}  // namespace tn
