// Winograd's weights, transformed once per pass.
#if defined(TN_CPU_CONV_BLOCK_WINOGRAD_WEIGHTS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_WINOGRAD_WEIGHTS_INL
#undef TN_CPU_CONV_BLOCK_WINOGRAD_WEIGHTS_INL
#else
#define TN_CPU_CONV_BLOCK_WINOGRAD_WEIGHTS_INL
#endif

#include <algorithm>
#include <cstring>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/conv_block/winograd/pack-inl.hpp"
#include "runtime/cpu/conv_block/winograd/transforms-inl.hpp"
#include "runtime/cpu/conv_block/winograd/workspace-inl.hpp"
#include "runtime/cpu/simd/blocked-inl.hpp"

namespace tn::cpu::TN_ISA {

/// For the forward pass, from [filters][channels][taps]: [frequencies][channels][width]. `kernels` has room for those
/// of a block.
inline void transform_weights_of_chunk(const WinogradWorkspace& ws, const float* weight, int chunk, float* kernels,
                                       float* to) {
    const int depth = ws.plan.depth(), channels = ws.conv().channels, width = ws.width(chunk);
    for (int block = ws.first_block(chunk); block < ws.last_block(chunk); ++block) {
        to_blocked(weight + Index{block * lanes} * depth, depth, depth, kernels);
        for (int c = 0; c < channels; ++c)
            weight_tile(kernels + c * 9 * lanes, to + c * width + (block - ws.first_block(chunk)) * lanes,
                        channels * width);
    }
}

/// The same of all chunks.
inline void transform_weights(ThreadPool& pool, const WinogradWorkspace& ws, const float* weight) {
    const int tasks = std::min(ws.chunks, max_slices);  // a scratch region each
    pool.run(tasks, [&](int task, int thread) {
        float* kernels = ws.scratch(thread) + ws.at.inputs;
        const Range own = part_of(ws.chunks, tasks, task);
        for (int chunk = own.first; chunk < own.last; ++chunk)
            transform_weights_of_chunk(ws, weight, chunk, kernels, ws.weights(chunk));
    });
}

/// For dx: the kernels of `lanes` input channels, which are adjacent; the next frequency is `stride` floats away.
inline void transform_weights_for_dx(const float* weight, float* to, Index stride) {
    // A copy, so that whole vectors can be read from the last kernel.
    float kernels[9 * lanes + lanes]{}, kernel[9 * lanes];
    std::memcpy(kernels, weight, sizeof(float) * 9 * lanes);
    kernels_to_blocked(kernels, kernel);
    weight_tile(kernel, to, stride);
}

/// For each chunk of output channels [frequencies], then panels of two vectors of input channels [width of the
/// chunk][width of the panel].
inline void transform_weights_for_dx(ThreadPool& pool, const WinogradWorkspace& ws, const float* weight) {
    const int depth = ws.plan.depth(), channels = ws.conv().channels;
    pool.run(ws.chunks, [&](int chunk) {
        const int width = ws.width(chunk);
        for (int k = 0; k < width; ++k)
            for (int c = 0; c < channels; c += lanes) {
                const int first = c / (2 * lanes) * 2 * lanes, panel = std::min(2 * lanes, channels - first);
                const int filter = ws.first_block(chunk) * lanes + k;
                transform_weights_for_dx(weight + Index{filter} * depth + c * 9,
                                         ws.weights(chunk) + first * width + k * panel + c - first, channels * width);
            }
    });
}

}  // namespace tn::cpu::TN_ISA
#endif
