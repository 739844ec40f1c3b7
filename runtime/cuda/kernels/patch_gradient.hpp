// The gradient of a convolution's weights from patches of x: what a tap multiplies is a constant distance away.
#pragma once

#include "runtime/cuda/kernels/patch.hpp"

namespace tn::cuda {

/// Which weight each value is a part of that the blocks of a part leave, in the order in which threads store them:
/// [tiles of taps][of channels][of rows][of 16 rows][tap][thread][4].
template <BlockGeometry G, Precision P> struct WeightOfPart {
    static constexpr GradientPlan plan{G.conv, P};

    /// -1: none, beyond the last filter or channel.
    TN_DEVICE int operator()(int i) const {
        constexpr ConvGeometry C = G.conv;
        constexpr int taps = plan.of.taps();
        const int k = i % 4, thread = i / 4 % tile_threads, fours = i / 4 / tile_threads;
        const int tap = fours % taps, down = fours / taps % plan.down;
        const int tile = i / plan.tile_values(), lane = thread % warp, w = thread / warp;
        const int filter =
            tile % plan.row_tiles * plan.rows + (w / plan.across * plan.down + down) * 16 + lane / 4 + 8 * (k / 2);
        const int channel =
            tile / plan.row_tiles % plan.channel_tiles * plan.channels + w % plan.across * 8 + 2 * (lane % 4) + k % 2;
        if (filter >= C.filters || channel >= C.channels) return -1;
        return (filter * C.channels + channel) * C.taps() + tile / (plan.row_tiles * plan.channel_tiles) * taps + tap;
    }
};

/// A part of dW = dz x', over its share of the fields of pixels. partial [parts][plan.tiles()][plan.tile_values()].
template <BlockGeometry G, Precision P, class Z> struct PatchWeightGradient {
    static constexpr GradientPlan plan{G.conv, P};
    static constexpr Correlation C = plan.of;
    static constexpr Field F = plan.field;
    static constexpr PatchPlan patch_plan = plan.patch;
    static constexpr std::size_t shared_bytes = plan.shared_bytes();
    static constexpr int blocks_together = GradientPlan::blocks_together;

    int n, parts;
    Span<const Z> dz;
    Span<const float> x;
    Span<Words> partial;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        constexpr Field field = F;
        const int tile = t.block() % plan.tiles(), part = t.block() / plan.tiles();
        const int row = tile % plan.row_tiles * plan.rows,
                  channel = tile / plan.row_tiles % plan.channel_tiles * plan.channels;
        const int tap_row = tile / (plan.row_tiles * plan.channel_tiles) * plan.kernel_rows;
        const auto patch = t.template shared<Words>(0, patch_plan.bytes / sizeof(Words));
        const auto rows = t.template shared<Words>(patch_plan.bytes, plan.rows * plan.pitch);
        // The first parts have one field more where they do not share evenly.
        const int share = field.tiles(n) / parts, more = field.tiles(n) % parts;
        const int begin = part * share + (part < more ? part : more), end = begin + share + (part < more ? 1 : 0);
        Sums sums{};
        for (int i = begin; i < end; ++i) {
            t.barrier();
            fill_rows(t, rows, i, row);
            fill_patch<C, F, patch_plan, P>(t, patch, x, n, i, tap_row, channel);
            t.wait_for_copies();
            t.barrier();
            multiply(t, sums, rows, patch);
        }
        TN_UNROLL
        for (int i = 0; i < plan.down * taps; ++i) {
            Words words;
            TN_UNROLL
            for (int k = 0; k < 4; ++k) words.at[k] = std::bit_cast<std::uint32_t>(sums.value[i / taps][i % taps][k]);
            partial[(t.block() * plan.down * taps + i) * tile_threads + t.thread()] = words;
        }
    }

private:
    static constexpr int taps = plan.of.taps();
    struct Sums {
        float value[plan.down][taps][4];  // of the warp's 8 channels
    };

    /// Where in the patch a pixel of the field lies, in fours. Its bits add up: a lane's and a step's are apart.
    TN_DEVICE static constexpr int offset(int pixel) { return offset_in<C, F, patch_plan>(pixel) * patch_plan.pitch; }
    TN_DEVICE static constexpr int distance(int tap) {
        return (tap / C.kernel_w * patch_plan.width + tap % C.kernel_w) * patch_plan.pitch;
    }

    template <class Thread, class Shared>
    TN_DEVICE static void multiply(Thread& t, Sums& sums, const Shared& rows, const Shared& patch) {
        const int lane = t.thread() % warp, w = t.thread() / warp, g = lane / 4, q = lane % 4;
        const int first_row = w / plan.across * plan.down * 16, n8 = w % plan.across;
        if constexpr (P == Precision::bf16) {
            // Two steps of 16 pixels: the transposed load of a tap's 8 channels makes b of both.
            const int row = (first_row + lane % 16) * plan.pitch + lane / 16, column = offset(lane) + n8;
            TN_ROLLED
            for (int step = 0; step < plan.words / 8; step += 2) {
                std::uint32_t a[plan.down][2][4];
                TN_UNROLL
                for (int i = 0; i < plan.down; ++i) TN_UNROLL
                for (int h = 0; h < 2; ++h) t.load_matrices(a[i][h], rows, row + i * 16 * plan.pitch + 2 * (step + h));
                TN_UNROLL
                for (int tap = 0; tap < taps; ++tap) {
                    std::uint32_t b[4];
                    t.load_transposed(b, patch, column + offset(16 * step) + distance(tap));
                    TN_UNROLL
                    for (int h = 0; h < 2; ++h) {
                        const std::uint32_t own[2] = {b[2 * h], b[2 * h + 1]};
                        TN_UNROLL
                        for (int i = 0; i < plan.down; ++i)
                            t.template multiply_add<P>(sums.value[i][tap], a[i][h], own);
                    }
                }
            }
        } else if constexpr (P == Precision::tf32) {
            const auto values = t.template shared<std::uint32_t>(0, patch_plan.bytes / 4);
            const int row = (first_row + lane % 16) * plan.pitch + lane / 16, column = 4 * offset(q) + 8 * n8 + g;
            TN_UNROLL
            for (int step = 0; step < plan.words / 8; ++step) {
                std::uint32_t a[plan.down][4];
                TN_UNROLL
                for (int i = 0; i < plan.down; ++i) t.load_matrices(a[i], rows, row + i * 16 * plan.pitch + 2 * step);
                TN_UNROLL
                for (int tap = 0; tap < taps; ++tap) {
                    std::uint32_t b[2];
                    TN_UNROLL
                    for (int h = 0; h < 2; ++h) b[h] = values[column + 4 * (offset(8 * step + 4 * h) + distance(tap))];
                    TN_UNROLL
                    for (int i = 0; i < plan.down; ++i) t.template multiply_add<P>(sums.value[i][tap], a[i], b);
                }
            }
        } else {
            const auto values = t.template shared<float>(0, patch_plan.bytes / 4);
            const int row = (first_row + g) * plan.pitch, column = 8 * n8 + 2 * q;
            TN_ROLLED
            for (int four = 0; four < plan.words / 4; ++four) {
                Words a[plan.down][2];
                TN_UNROLL
                for (int i = 0; i < plan.down; ++i) TN_UNROLL
                for (int h = 0; h < 2; ++h) a[i][h] = rows[row + (16 * i + 8 * h) * plan.pitch + four];
                const int first = column + 4 * offset(4 * four);
                TN_UNROLL
                for (int k = 0; k < 4; ++k) TN_UNROLL
                for (int tap = 0; tap < taps; ++tap) TN_UNROLL
                for (int c = 0; c < 2; ++c) {
                    const float b = values[first + 4 * (offset(k) + distance(tap)) + c];
                    TN_UNROLL
                    for (int i = 0; i < plan.down; ++i) TN_UNROLL
                    for (int h = 0; h < 2; ++h)
                        sums.value[i][tap][2 * h + c] += std::bit_cast<float>(a[i][h].at[k]) * b;
                }
            }
        }
    }

    /// Brings the field's pixels of dz's filters from `first` on into shared memory, a thread the same four words of
    /// several filters.
    template <class Thread, class Shared>
    TN_DEVICE void fill_rows(Thread& t, const Shared& rows, int tile, int first) const {
        constexpr int filters = G.conv.filters, plane = G.conv.out_plane();
        constexpr int fours = plan.words / 4, apart = tile_threads / fours, pixels = 4 * values_per_word(P);
        // Four words are neighbours in memory, at a multiple of their size, and need no rounding.
        constexpr bool copies = G.conv.out_w() % pixels == 0 && F.width % pixels == 0 && filters % 2 == 0 &&
                                sizeof(Z) * pixels == sizeof(Words) && P != Precision::tf32;
        const int four = t.thread() % fours;
        Place place[pixels];
        TN_UNROLL
        for (int k = 0; k < pixels; ++k) place[k] = place_in<F>(n, tile, four * pixels + k);
        TN_UNROLL
        for (int i = 0; i < plan.rows / apart; ++i) {
            const int row = t.thread() / fours + i * apart, filter = first + row, to = row * plan.pitch + four;
            const bool there = filters % plan.rows == 0 || filter < filters;
            const auto from = [&](int k) { return (place[k].sample * filters + filter) * plane + place[k].at; };
            if constexpr (copies) {
                // Zeros are copied from anywhere: a place whose distance to the next filter's is a constant.
                const int begin = place[0].inside ? place[0].sample * filters * plane + place[0].at : 0;
                t.copy(rows, to, &dz.template at<const Words>(begin + (there ? filter : 0) * plane),
                       there && place[0].inside);
            } else {
                Words words;
                TN_UNROLL
                for (int k = 0; k < 4; ++k)
                    words.at[k] = word<P>([&](int value) {
                        const int at = k * values_per_word(P) + value;
                        return there && place[at].inside ? dz[from(at)] : Z{};
                    });
                rows[to] = words;
            }
        }
    }
};

}  // namespace tn::cuda
