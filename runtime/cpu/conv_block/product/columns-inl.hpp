// Gathers columns from images.
#if defined(TN_CPU_CONV_BLOCK_PRODUCT_COLUMNS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_PRODUCT_COLUMNS_INL
#undef TN_CPU_CONV_BLOCK_PRODUCT_COLUMNS_INL
#else
#define TN_CPU_CONV_BLOCK_PRODUCT_COLUMNS_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/product/layout.hpp"
#include "runtime/cpu/conv_block/product/plan.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// Planes of many samples, and the positions that are read from them.
struct ColumnSource {
    const float* in;
    int channels;
    Index channel_stride, sample_stride;
    ColumnGrid grid;
};

/// `count` columns of a group that stand in one row of positions of one sample.
struct ColumnRun {
    int sample, row, column, count, at;  // at: the first one's place in the group
};

/// Calls f(run) for the columns first .. last - 1 of a group in order.
template <class F>
inline void each_run(const ColumnGrid& grid, const ColumnGroups& groups, int group, int first, int last, const F& f) {
    const int begin = groups.begin(group), per_sample = groups.end(group) - begin;
    for (int at = first; at < last;) {
        const int sample = at / per_sample, position = begin + at % per_sample;
        const int row = position / grid.columns, column = position % grid.columns;
        const int count = std::min({grid.columns - column, last - at, per_sample - at % per_sample});
        f(ColumnRun{groups.first_sample(group) + sample, row, column, count, at});
        at += count;
    }
}

/// `count` values, `step` apart, to `to`.
inline void copy_apart(const float* from, int step, int count, float* to) {
    if (step == 1) {
        for (int i = 0; i < count; i += lanes) store_partial(to + i, load_partial(from + i, count - i), count - i);
    } else if (step == 2) {
        // The last value is the last that is read.
        for (int i = 0; i < count; i += lanes) {
            const int left = 2 * (count - i) - 1;
            store_partial(to + i,
                          even(load_partial(from + 2 * i, left), load_partial(from + 2 * i + lanes, left - lanes)),
                          count - i);
        }
    } else {
        for (int i = 0; i < count; ++i) to[i] = from[Index{i} * step];
    }
}

/// Of a run's columns, those that read a value with the tap (i, j), and where in a plane the first one does; the others
/// are outside and are 0.
struct RunOfTap {
    int inside_first = 0, inside_last = 0;
    Index from = 0;

    RunOfTap(const ColumnGrid& g, const ColumnRun& run, int i, int j) {
        const int y = run.row * g.step + g.first_y + i * g.delta, x = run.column * g.step + g.first_x + j * g.delta;
        if (y < 0 || y >= g.height) return;
        inside_first = x < 0 ? std::min(run.count, (-x + g.step - 1) / g.step) : 0;
        inside_last = x + (run.count - 1) * g.step < g.width
                          ? run.count
                          : std::max(inside_first, (g.width - 1 - x + g.step) / g.step);
        from = Index{y} * g.width + x + inside_first * g.step;
    }
};

/// Calls f(channel, k) for the rows k of a part of the depth that are of this tap.
template <class F> inline void each_channel_of_tap(int taps, int tap, int first_depth, int depth, const F& f) {
    int channel = first_depth / taps + (tap < first_depth % taps);
    for (int k = channel * taps + tap - first_depth; k < depth; ++channel, k += taps) f(channel, k);
}

/// Rows first_depth .. first_depth + depth - 1 of the columns first .. last - 1 of a group: to [depth][width], whose
/// rows end with zeros.
inline void gather(const ColumnSource& source, const ColumnGroups& groups, int group, int first, int last,
                   int first_depth, int depth, int width, float* to) {
    const ColumnGrid& g = source.grid;
    each_run(g, groups, group, first, last, [&](const ColumnRun& run) {
        const float* const sample = source.in + run.sample * source.sample_stride;
        for (int tap = 0; tap < g.taps(); ++tap) {
            const RunOfTap own(g, run, tap / g.taps_x, tap % g.taps_x);
            each_channel_of_tap(g.taps(), tap, first_depth, depth, [&](int channel, int k) {
                float* const row = to + Index{k} * width + run.at - first;
                for (int i = 0; i < own.inside_first; ++i) row[i] = 0;
                if (own.inside_first < own.inside_last)
                    copy_apart(sample + channel * source.channel_stride + own.from, g.step,
                               own.inside_last - own.inside_first, row + own.inside_first);
                for (int i = own.inside_last; i < run.count; ++i) row[i] = 0;
            });
        }
    });
    for (int k = 0; last - first < width && k < depth; ++k)
        for (int at = last - first; at < width; ++at) to[Index{k} * width + at] = 0;
}

/// The same of all columns of the batch, one behind another: to [columns][depth].
inline void gather_apart(const ColumnSource& source, const ColumnGroups& groups, int columns, int first_depth,
                         int depth, float* to) {
    const ColumnGrid& g = source.grid;
    each_run(g, groups, 0, 0, columns, [&](const ColumnRun& run) {
        const float* const sample = source.in + run.sample * source.sample_stride;
        for (int tap = 0; tap < g.taps(); ++tap) {
            const RunOfTap own(g, run, tap / g.taps_x, tap % g.taps_x);
            each_channel_of_tap(g.taps(), tap, first_depth, depth, [&](int channel, int k) {
                const float* from = sample + channel * source.channel_stride + own.from;
                float* column = to + Index{run.at} * depth + k;
                for (int i = 0; i < run.count; ++i, column += depth) {
                    const bool inside = i >= own.inside_first && i < own.inside_last;
                    *column = inside ? from[Index{i - own.inside_first} * g.step] : 0.0f;
                }
            });
        }
    });
}

}  // namespace tn::cpu::TN_ISA
#endif
