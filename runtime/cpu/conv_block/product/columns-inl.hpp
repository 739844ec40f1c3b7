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

/// `count` values, `step` apart, to `to`; up to lanes - 1 values behind them become anything.
inline void copy_apart(const float* from, int step, int count, float* to) {
    if (step == 1) {
        for (int i = 0; i < count; i += lanes) store(to + i, load_partial(from + i, count - i));
    } else if (step == 2) {
        // The last value is the last that is read.
        for (int i = 0; i < count; i += lanes) {
            const int left = 2 * (count - i) - 1;
            store(to + i, even(load_partial(from + 2 * i, left), load_partial(from + 2 * i + lanes, left - lanes)));
        }
    } else {
        for (int i = 0; i < count; ++i) to[i] = from[Index{i} * step];
    }
}

/// The values of a run's columns in one row of the depth, of the tap (i, j) and the plane that begins at `plane`.
inline void gather_run(const ColumnGrid& g, const float* plane, const ColumnRun& run, int i, int j, float* to) {
    const int y = run.row * g.step + g.first_y + i * g.delta, x = run.column * g.step + g.first_x + j * g.delta;
    int inside_first = 0, inside_last = run.count;
    if (y < 0 || y >= g.height) {
        inside_last = 0;
    } else {
        if (x < 0) inside_first = std::min(run.count, (-x + g.step - 1) / g.step);
        if (x + (run.count - 1) * g.step >= g.width)
            inside_last = std::max(inside_first, (g.width - 1 - x + g.step) / g.step);
    }
    for (int k = 0; k < inside_first; ++k) to[k] = 0;
    if (inside_first < inside_last)
        copy_apart(plane + Index{y} * g.width + x + inside_first * g.step, g.step, inside_last - inside_first,
                   to + inside_first);
    for (int k = inside_last; k < run.count; ++k) to[k] = 0;
}

/// Rows first_depth .. first_depth + depth - 1 of the columns first .. last - 1 of a group: to [depth][width], whose
/// rows end with zeros. Up to lanes - 1 floats behind them become anything.
inline void gather(const ColumnSource& source, const ColumnGroups& groups, int group, int first, int last,
                   int first_depth, int depth, int width, float* to) {
    const ColumnGrid& g = source.grid;
    constexpr int most_runs = 512;
    static_assert(most_runs >= dw_columns && most_runs >= product_columns);
    ColumnRun runs[most_runs];
    int count = 0;
    each_run(g, groups, group, first, last, [&](const ColumnRun& run) { runs[count++] = run; });
    const int taps = g.taps();
    for (int k = first_depth; k < first_depth + depth; ++k, to += width) {
        const int channel = k / taps, i = k % taps / g.taps_x, j = k % g.taps_x;
        const float* of_channel = source.in + channel * source.channel_stride;
        for (int r = 0; r < count; ++r)
            gather_run(g, of_channel + runs[r].sample * source.sample_stride, runs[r], i, j, to + runs[r].at - first);
        for (int at = last - first; at < width; ++at) to[at] = 0;
    }
}

}  // namespace tn::cpu::TN_ISA
#endif
