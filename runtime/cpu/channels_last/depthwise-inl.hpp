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
#include "runtime/cpu/channels_last/depthwise_tile-inl.hpp"
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

    /// The outputs of a row, of a sample, of a piece of the channels: y [out_w][channels].
    void row(int row, Range channels, const float* sample, float* y) const {
        const auto tiles = [&]<int K, int S>() TN_INLINE_LAMBDA {
            constexpr int together = 7;  // divides the rows of photographs of 224 x 224, halved
            int column = 0;
            for (; c.out_w() - column > 4; column += together) tile<K, S, together>(row, column, channels, sample, y);
            if (column < c.out_w()) tile<K, S, 4>(row, column, channels, sample, y);
        };
        const bool square = c.kernel_h == c.kernel_w;
        if (square && c.kernel_h == 3 && c.stride == 1) return tiles.template operator()<3, 1>();
        if (square && c.kernel_h == 3 && c.stride == 2) return tiles.template operator()<3, 2>();
        if (square && c.kernel_h == 5 && c.stride == 1) return tiles.template operator()<5, 1>();
        if (square && c.kernel_h == 5 && c.stride == 2) return tiles.template operator()<5, 2>();
        for (int column = 0; column < c.out_w(); ++column) position(row, column, channels, sample, y);
    }

private:
    /// The T outputs from `column` on, those of them that there are.
    template <int K, int S, int T> void tile(int row, int column, Range channels, const float* sample, float* y) const {
        const int last = channels.last - channels.first < lanes ? channels.first : channels.last - lanes + 1;
        int channel = channels.first;
        for (; channel < last; channel += lanes) vector<K, S, T>(row, column, channel, sample, y, WholeVectors{});
        if (channel < channels.last)
            vector<K, S, T>(row, column, channel, sample, y, PartOfVector{channels.last - channel});
    }
    template <int K, int S, int T, class Get>
    void vector(int row, int column, int channel, const float* sample, float* y, Get get) const {
        const WindowPlace at(c, row, column);
        const float* from = sample + (Index{at.y + at.first_y} * c.width + at.x) * c.channels + channel;
        const float* taps = weights + Index{at.first_y} * K * weights_row + channel;
        DepthwiseTile<K, S, T> sums(shifts + channel);
        for (int i = at.first_y; i < at.last_y; ++i, from += Index{c.width} * c.channels, taps += K * weights_row)
            sums.add_row(from, c.channels, -at.x, c.width - at.x, taps, weights_row, get);
        float* to = y + Index{column} * c.channels + channel;
        const int count = std::min(T, c.out_w() - column);
        TN_UNROLL for (int t = 0; t < T; ++t) if (t < count)
            store_partial(to + Index{t} * c.channels, rectify(sums.sum[t]), c.channels - channel);
    }

    /// An output of any window.
    void position(int row, int column, Range channels, const float* sample, float* y) const {
        const WindowPlace at(c, row, column);
        const float* const origin = sample + (Index{at.y} * c.width + at.x) * c.channels;
        for (int channel = channels.first; channel < channels.last; channel += lanes) {
            const int count = c.channels - channel;
            V sum = load(shifts + channel);
            for (int i = at.first_y; i < at.last_y; ++i)
                for (int j = at.first_x; j < at.last_x; ++j)
                    sum += load_partial(origin + (Index{i} * c.width + j) * c.channels + channel, count) *
                           load(weights + (Index{i} * c.kernel_w + j) * weights_row + channel);
            store_partial(y + Index{column} * c.channels + channel, rectify(sum), count);
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
    // Pieces of the channels whose rows under a window stay in the L1 cache, each for as many rows as keep all threads
    // at work.
    const int piece = plan.depthwise_piece() / lanes * lanes, pieces = (c.channels + piece - 1) / piece;
    const int parts = std::clamp(pool.threads() / (pass.n * pieces), 1, c.out_h());
    const int units = pass.n * pieces * parts;
    pool.run(units, [&](int unit) {
        const int sample = unit / (pieces * parts), first = unit / parts % pieces * piece;
        const Range channels{first, std::min(first + piece, c.channels)}, own = part_of(c.out_h(), parts, unit % parts);
        for (int row = own.first; row < own.last; ++row)
            rows.row(row, channels, other.x + sample * c.in_size(),
                     other.y + (Index{sample} * c.out_plane() + Index{row} * c.out_w()) * c.filters);
    });
    other.finish(pool, plan, pass);
}

}  // namespace tn::cpu::TN_ISA
#endif
