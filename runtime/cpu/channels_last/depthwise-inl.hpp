// Depthwise convolutions: vectors over channels.
#if defined(TN_CPU_CHANNELS_LAST_DEPTHWISE_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CHANNELS_LAST_DEPTHWISE_INL
#undef TN_CPU_CHANNELS_LAST_DEPTHWISE_INL
#else
#define TN_CPU_CHANNELS_LAST_DEPTHWISE_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/channels_last/layout-inl.hpp"
#include "runtime/cpu/channels_last/passes.hpp"
#include "runtime/cpu/channels_last/plan.hpp"
#include "runtime/cpu/channels_last/rows-inl.hpp"
#include "runtime/cpu/channels_last/weights-inl.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// What every row of outputs reads.
struct DepthwiseRows {
    const ConvGeometry& c;
    const float *weights, *shifts;  // keep_taps()
    Index weights_row;
    Rectifier rectify;

    /// T neighbouring outputs whose windows begin at `at` and have the same taps inside: y [T][channels]. Of one output
    /// several vectors of channels at a time: their sums do not wait for each other.
    template <int T> void run(const WindowPlace& at, const float* sample, float* y) const {
        constexpr int together = T == 1 ? 4 : 1;
        const float* const origin = sample + (Index{at.y} * c.width + at.x) * c.channels;
        int channel = 0;
        for (; channel + together * lanes <= c.channels; channel += together * lanes)
            run_vectors<T, together>(
                at, origin, channel, [](const float* p) TN_INLINE_LAMBDA { return load(p); }, y);
        for (; channel < c.channels; channel += lanes) {
            const int count = c.channels - channel;
            run_vectors<T, 1>(
                at, origin, channel, [=](const float* p) TN_INLINE_LAMBDA { return load_partial(p, count); }, y);
        }
    }

    /// The same for C vectors of channels, whose values `get` loads.
    template <int T, int C, class Get>
    TN_INLINE void run_vectors(const WindowPlace& at, const float* origin, int channel, Get get, float* y) const {
        const Index step = Index{c.stride} * c.channels;
        V acc[T][C];
        TN_UNROLL for (int t = 0; t < T; ++t) TN_UNROLL for (int v = 0; v < C; ++v) acc[t][v] =
            load(shifts + channel + v * lanes);
        for (int i = at.first_y; i < at.last_y; ++i) {
            const float* from = origin + (Index{i} * c.width + at.first_x) * c.channels + channel;
            const float* w = weights + (Index{i} * c.kernel_w + at.first_x) * weights_row + channel;
            for (int j = at.first_x; j < at.last_x; ++j, from += c.channels, w += weights_row)
                TN_UNROLL for (int v = 0; v < C; ++v) {
                    const V tap = load(w + v * lanes);
                    TN_UNROLL for (int t = 0; t < T; ++t) acc[t][v] += get(from + t * step + v * lanes) * tap;
                }
        }
        TN_UNROLL for (int t = 0; t < T; ++t) TN_UNROLL for (int v = 0; v < C; ++v) store_partial(
            y + Index{t} * c.channels + channel + v * lanes, rectify(acc[t][v]), c.channels - channel - v * lanes);
    }

    /// A row of outputs of a sample: y [out_w][channels].
    void row(int row, const float* sample, float* y) const {
        constexpr int together = 4;
        for (int column = 0; column < c.out_w();) {
            const WindowPlace at(c, row, column);
            const bool inside = at.first_x == 0 && column + together <= c.out_w() &&
                                at.x + (together - 1) * c.stride + c.kernel_w <= c.width;
            float* to = y + Index{column} * c.channels;
            if (inside)
                run<together>(at, sample, to);
            else
                run<1>(at, sample, to);
            column += inside ? together : 1;
        }
    }
};

inline void channels_last_depthwise(ThreadPool& pool, const ChannelsLastPlan& plan, const ChannelsLastPass& pass,
                                    const AddedBranch&) {
    const ConvGeometry& c = plan.conv();
    const ChannelsLastWork at(plan, pass.n);
    const ChannelsLastKept kept(c, plan.method);
    const OtherLayouts other(pool, plan, pass, aligned(pass.work), at);
    const DepthwiseRows rows{c, pass.kept + kept.weights, pass.kept + kept.shifts, round_up(c.filters, lanes),
                             Rectifier(plan.block)};
    pool.run(pass.n * c.out_h(), [&](int task) {
        const int sample = task / c.out_h(), row = task % c.out_h();
        rows.row(row, other.x + sample * c.in_size(),
                 other.y + (Index{sample} * c.out_plane() + Index{row} * c.out_w()) * c.filters);
    });
    other.finish(pool, plan, pass);
}

}  // namespace tn::cpu::TN_ISA
#endif
