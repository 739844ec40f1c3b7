// The optimizer's step: one pass over all parameters, in blocks.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "dsl/core/kernel.hpp"
#include "dsl/optim/optimizer.hpp"
#include "runtime/cpu/host_device.hpp"
#include "runtime/cpu/vector_loops.hpp"

namespace tn {

namespace cpu::detail {

// Without fused multiply-add, and so with the same bits as the portable loop. No weight depends on another one's.
#define TN_UPDATE_LOOP(name, attributes)                                                                         \
    template <class Step, class... States>                                                                       \
    attributes void name##_update(const Step step, std::size_t begin, std::size_t end, float* w, const float* g, \
                                  States*... states) {                                                           \
        TN_INDEPENDENT for (std::size_t i = begin; i < end; ++i) step(w[i], g[i], states[i]...);                 \
    }
TN_UPDATE_LOOP(portable, __attribute__((TN_VECTOR_LOOP)))
#if defined(__x86_64__)
TN_UPDATE_LOOP(avx2, __attribute__((TN_VECTOR_LOOP, target("avx2"))))
#endif
#undef TN_UPDATE_LOOP

}  // namespace cpu::detail

template <> struct UpdateKernel<cpu::Device> {
    template <class Rule, class TensorSpan, std::size_t Count, std::size_t States>
    static void run(cpu::Device& device, const Rule& rule, float weight_decay,
                    const std::array<TensorSpan, Count>& tensors, const float* clip, std::size_t count, float* w,
                    const float* g, const std::array<float*, States>& states) {
        const float factor = *clip;
        if (!(factor > 0)) return;
        [[maybe_unused]] const bool wide = device.isa() != Isa::portable;
        constexpr std::size_t block = 1 << 14;
        device.threads().run(static_cast<int>((count + block - 1) / block), [&](int task) {
            const std::size_t begin = task * block, end = std::min(count, begin + block);
            for (const TensorSpan& tensor : tensors) {
                const std::size_t first = std::clamp<std::size_t>(tensor.begin, begin, end),
                                  last = std::clamp<std::size_t>(tensor.end, begin, end);
                if (first == last) continue;
                [&]<std::size_t... K>(std::index_sequence<K...>) {
                    const TensorStep step(rule, weight_decay, tensor.factors, factor);
#if defined(__x86_64__)
                    if (wide) return cpu::detail::avx2_update(step, first, last, w, g, states[K]...);
#endif
                    cpu::detail::portable_update(step, first, last, w, g, states[K]...);
                }(std::make_index_sequence<States>{});
            }
        });
    }
};

}  // namespace tn
