// A patch in shared memory: where a tile's columns lie in it and among the results, and how a block fills it.
#pragma once

#include "runtime/cuda/execution.hpp"
#include "runtime/cuda/kernels/rounding.hpp"
#include "runtime/cuda/patch_plan.hpp"

namespace tn::cuda {

/// The first unit of a tile.
template <Field F> TN_DEVICE int first_x(int tile) { return tile % F.tiles_w() * F.width; }
template <Field F> TN_DEVICE int first_y(int tile) { return tile / F.tiles_w() % F.tiles_h() * F.height; }
template <Field F> TN_DEVICE int first_sample(int tile) { return tile / (F.tiles_w() * F.tiles_h()) * F.samples; }

/// Which unit of which sample, pixel or pooling window.
struct Place {
    bool inside;
    int sample, at;
};
template <Field F> TN_DEVICE Place place_in(int n, int tile, int unit) {
    const int x = first_x<F>(tile) + unit % F.width, y = first_y<F>(tile) + unit / F.width % F.height,
              sample = first_sample<F>(tile) + unit / (F.width * F.height);
    return {F.always_full() || (sample < n && y < F.units_h && x < F.units_w), sample, y * F.units_w + x};
}

/// Where in the patch a column's first tap lies, in pixels.
template <Correlation C, Field F, PatchPlan Plan> TN_DEVICE constexpr int offset_in(int column) {
    const int unit = column / F.pixels;
    int pixel = column % F.pixels;
    if (pixel >= F.window * F.window) pixel = 0;  // nobody looks at it
    const int x = unit % F.width * F.apart + pixel % F.window,
              y = unit / F.width % F.height * F.apart + pixel / F.window;
    return (unit / (F.width * F.height) * Plan.height + y * C.stride) * Plan.width + x * C.stride;
}

/// Whether a value of the source lies at a row or column of so many.
template <Correlation C> TN_DEVICE bool lies(int at, int size) {
    if constexpr (C.apart == 1) return static_cast<unsigned>(at) < static_cast<unsigned>(size);
    return at >= 0 && at % C.apart == 0 && at / C.apart < size;
}

/// Brings a tile's patch of the channels from `channel` and the kernel's rows from `tap_row` on into shared memory, a
/// thread some of its pixels. `source` is [n][channels][height][width].
template <Correlation C, Field F, PatchPlan Plan, Precision P, class Thread, class Shared, class V>
TN_DEVICE void fill_patch(const Thread& t, const Shared& patch, const Span<const V>& source, int n, int tile,
                          int tap_row, int channel) {
    constexpr int plane = C.height * C.width;
    const int top = first_y<F>(tile) * F.apart * C.stride - C.pad_h + tap_row,
              left = first_x<F>(tile) * F.apart * C.stride - C.pad_w;
    constexpr int rounds = (Plan.pixels + tile_threads - 1) / tile_threads, fours = Plan.words / 4;
    Span<const V> from[rounds];
    bool inside[rounds];
    TN_UNROLL
    for (int i = 0; i < rounds; ++i) {
        const int pixel = i * tile_threads + t.thread();
        const int sample = first_sample<F>(tile) + pixel / (Plan.height * Plan.width);
        const int y = top + pixel / Plan.width % Plan.height, x = left + pixel % Plan.width;
        inside[i] = pixel < Plan.pixels && sample < n && lies<C>(y, C.height) && lies<C>(x, C.width);
        const int begin = (sample * C.channels + channel) * plane + y / C.apart * C.width + x / C.apart;
        from[i] = source.from(inside[i] ? begin : 0);
    }
    // A thread asks for as many values as its registers hold before it waits for the first.
    constexpr int most_values = 64, at_once = most_values / (4 * values_per_word(P) * rounds);
    constexpr int together = at_once < 1 ? 1 : at_once < fours ? at_once : fours;
    TN_UNROLL
    for (int first = 0; first < fours; first += together) {
        Words words[rounds][together];
        TN_UNROLL
        for (int i = 0; i < rounds; ++i) TN_UNROLL
        for (int k = 0; k < 4 * together; ++k)
            words[i][k / 4].at[k % 4] = word<P>([&](int value) {
                const int c = (4 * first + k) * values_per_word(P) + value;
                const bool there = inside[i] && (C.channels % Plan.values == 0 || channel + c < C.channels);
                return there ? from[i][c * plane] : V{};
            });
        TN_UNROLL
        for (int i = 0; i < rounds; ++i) TN_UNROLL
        for (int k = 0; k < together && first + k < fours; ++k)
            if (i * tile_threads + t.thread() < Plan.pixels)
                patch[(i * tile_threads + t.thread()) * Plan.pitch + first + k] = words[i][k];
    }
}

}  // namespace tn::cuda
