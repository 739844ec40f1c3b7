// Winograd's weights, transformed once per pass.
#if defined(TN_CPU_CONV_BLOCK_WINOGRAD_WEIGHTS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_WINOGRAD_WEIGHTS_INL
#undef TN_CPU_CONV_BLOCK_WINOGRAD_WEIGHTS_INL
#else
#define TN_CPU_CONV_BLOCK_WINOGRAD_WEIGHTS_INL
#endif

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/conv_block/winograd/pack-inl.hpp"
#include "runtime/cpu/conv_block/winograd/pass-inl.hpp"
#include "runtime/cpu/conv_block/winograd/transforms-inl.hpp"
#include "runtime/cpu/simd/blocked-inl.hpp"

namespace tn::cpu::TN_ISA {

/// For the forward pass, from [filters][channels][taps]: chunk by chunk [frequencies][channels][width].
inline void transform_weights(ThreadPool& pool, const WinogradPass& t, const float* weight) {
    const int depth = t.plan.depth(), channels = t.conv().channels;
    const int tasks = std::min(t.chunks, max_slices);  // there are no more scratches
    pool.run(tasks, [&](int task, int thread) {
        float* kernels = t.scratch(thread) + t.at.inputs;
        const Range own = part_of(t.chunks, tasks, task);
        for (int block = t.first_block(own.first); block < t.last_block(own.last - 1); ++block) {
            const int chunk = block / 2, column = (block - t.first_block(chunk)) * lanes;
            to_blocked(weight + std::size_t(block * lanes) * std::size_t(depth), std::size_t(depth), depth, kernels);
            for (int c = 0; c < channels; ++c)
                weight_tile(kernels + c * 9 * lanes, t.weights(chunk) + std::size_t(c * t.width(chunk) + column),
                            std::size_t(channels * t.width(chunk)));
        }
    });
}

/// For dx: for each chunk of output channels [frequencies], then panels of two vectors of input channels [width of the
/// chunk][width of the panel].
inline void transform_weights_for_dx(ThreadPool& pool, const WinogradPass& t, const float* weight) {
    const int depth = t.plan.depth(), channels = t.conv().channels;
    pool.run(t.chunks, [&](int chunk) {
        const int width = t.width(chunk);
        for (int k = 0; k < width; ++k)
            for (int c = 0; c < channels; c += lanes) {
                // The kernels of a filter are adjacent; they are copied, so that whole vectors can be read from the
                // last.
                float kernels[9 * lanes + lanes]{}, kernel[9 * lanes];
                const int filter = t.first_block(chunk) * lanes + k;
                std::memcpy(kernels, weight + std::size_t(filter) * std::size_t(depth) + c * 9,
                            sizeof(float) * 9 * lanes);
                kernels_to_blocked(kernels, kernel);
                const int first = c / (2 * lanes) * 2 * lanes, panel = std::min(2 * lanes, channels - first);
                weight_tile(kernel, t.weights(chunk) + std::size_t(first * width + k * panel + c - first),
                            std::size_t(channels * width));
            }
    });
}

}  // namespace tn::cpu::TN_ISA
#endif
