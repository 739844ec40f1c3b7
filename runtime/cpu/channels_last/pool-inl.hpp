// Pooling where channels lie side by side: vectors over channels.
#if defined(TN_CPU_CHANNELS_LAST_POOL_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CHANNELS_LAST_POOL_INL
#undef TN_CPU_CHANNELS_LAST_POOL_INL
#else
#define TN_CPU_CHANNELS_LAST_POOL_INL
#endif

#include <algorithm>
#include <limits>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/channels_last/passes.hpp"
#include "runtime/cpu/channels_last/rows-inl.hpp"
#include "runtime/cpu/conv_block/argmax-inl.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// The largest values under a window, or their mean: y [channels].
inline void pool_position(const ChannelsLastPool& pass, const WindowPlace& at, const float* sample, float* y) {
    const ConvGeometry& c = pass.window;
    const V part = broadcast(1.0f / static_cast<float>(c.taps()));
    const float* const origin = sample + (Index{at.y} * c.width + at.x) * c.channels;
    for (int channel = 0; channel < c.channels; channel += lanes) {
        const int count = c.channels - channel;
        V all = pass.largest ? broadcast(-std::numeric_limits<float>::infinity()) : V{};
        for (int i = at.first_y; i < at.last_y; ++i)
            for (int j = at.first_x; j < at.last_x; ++j) {
                const V next = load_partial(origin + (Index{i} * c.width + j) * c.channels + channel, count);
                all = !pass.largest ? all + next * part : replaces(next, all) ? next : all;
            }
        store_partial(y + channel, all, count);
    }
}

inline void channels_last_pool(ThreadPool& pool, const ChannelsLastPool& pass) {
    const ConvGeometry& c = pass.window;
    pool.run(pass.n * c.out_h(), [&](int task) {
        const int sample = task / c.out_h(), row = task % c.out_h();
        float* y = pass.y + (Index{sample} * c.out_plane() + Index{row} * c.out_w()) * c.channels;
        for (int column = 0; column < c.out_w(); ++column, y += c.channels)
            pool_position(pass, WindowPlace(c, row, column), pass.x + sample * c.in_size(), y);
    });
}

inline void channels_last_means(ThreadPool& pool, int n, Index plane, int channels, const float* x, float* y) {
    const V part = broadcast(1.0f / static_cast<float>(plane));
    const int vectors = (channels + lanes - 1) / lanes;
    pool.run(n, [&](int sample) {
        for (int v = 0; v < vectors; ++v) {
            const int count = channels - v * lanes;
            const float* from = x + sample * plane * channels + v * lanes;
            V sum{};
            for (Index p = 0; p < plane; ++p, from += channels) sum += load_partial(from, count);
            store_partial(y + Index{sample} * channels + v * lanes, sum * part, count);
        }
    });
}

inline void means_of_planes(ThreadPool& pool, int planes, Index plane, const float* x, float* y) {
    const float part = 1.0f / static_cast<float>(plane);
    const int tasks = std::min(planes, max_slices);
    pool.run(tasks, [&](int task) {
        const Range own = part_of(planes, tasks, task);
        for (int p = own.first; p < own.last; ++p) {
            const float* from = x + p * plane;
            V sum{};
            for (Index i = 0; i < plane; i += lanes)
                sum += load_partial(from + i, static_cast<int>(std::min<Index>(lanes, plane - i)));
            y[p] = horizontal_sum(sum) * part;
        }
    });
}

}  // namespace tn::cpu::TN_ISA
#endif
