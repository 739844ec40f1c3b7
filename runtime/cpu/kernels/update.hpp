// The optimizer's step: one pass over all parameters, in blocks.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "dsl/core/kernel.hpp"
#include "runtime/cpu/host_device.hpp"

namespace tn {

template <> struct UpdateKernel<cpu::Device> {
    template <class Rule, class DecaySpan, std::size_t Count>
    static void run(cpu::Device& device, const Rule& rule, float decay, const std::array<DecaySpan, Count>& spans,
                    std::size_t count, float* w, const float* g, float* a, float* b) {
        constexpr std::size_t block = 1 << 14;
        const auto update = [&](std::size_t begin, std::size_t end, float by) {
            for (std::size_t i = begin; i < end; ++i) rule(w[i], g[i] + by * w[i], a[i], b[i]);
        };
        device.threads().run(static_cast<int>((count + block - 1) / block), [&](int task) {
            std::size_t at = static_cast<std::size_t>(task) * block;
            const std::size_t end = std::min(count, at + block);
            for (const DecaySpan& span : spans) {
                const std::size_t first = std::clamp<std::size_t>(span.begin, at, end),
                                  last = std::clamp<std::size_t>(span.end, at, end);
                if (first == last) continue;
                update(at, first, 0.0f);
                update(first, last, decay);
                at = last;
            }
            update(at, end, 0.0f);
        });
    }
};

}  // namespace tn
