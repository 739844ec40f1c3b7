// The optimizer's step: one pass over all parameters, in blocks.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "dsl/core/kernel.hpp"
#include "dsl/optim/optimizer.hpp"
#include "runtime/cpu/host_device.hpp"

namespace tn {

template <> struct UpdateKernel<cpu::Device> {
    template <class Rule, class TensorSpan, std::size_t Count, std::size_t States>
    static void run(cpu::Device& device, const Rule& rule, float weight_decay,
                    const std::array<TensorSpan, Count>& tensors, const float* clip, std::size_t count, float* w,
                    const float* g, const std::array<float*, States>& states) {
        const float factor = *clip;
        if (!(factor > 0)) return;
        constexpr std::size_t block = 1 << 14;
        device.threads().run(static_cast<int>((count + block - 1) / block), [&](int task) {
            const std::size_t begin = task * block, end = std::min(count, begin + block);
            for (const TensorSpan& tensor : tensors) {
                const std::size_t first = std::clamp<std::size_t>(tensor.begin, begin, end),
                                  last = std::clamp<std::size_t>(tensor.end, begin, end);
                if (first == last) continue;
                [&]<std::size_t... K>(std::index_sequence<K...>) {
                    update(TensorStep(rule, weight_decay, tensor.factors, factor), first, last, w, g, states[K]...);
                }(std::make_index_sequence<States>{});
            }
        });
    }

private:
    template <class Step, class... States>
    static void update(const Step step, std::size_t begin, std::size_t end, float* w, const float* g,
                       States*... states) {
        for (std::size_t i = begin; i < end; ++i) step(w[i], g[i], states[i]...);
    }
};

}  // namespace tn
