// A convolution as a matrix product, forward or backward to its input: every value is brought into shared memory once
// for all taps, and weights come packed.
#pragma once

#include "runtime/cuda/kernels/pack_weights.hpp"
#include "runtime/cuda/kernels/patch.hpp"
#include "runtime/cuda/kernels/tile.hpp"

namespace tn::cuda {

/// Where in a patch a lane finds the values of its columns. `offset(column)`: where the column's pixel begins.
template <Precision P, Tile T> class ColumnsOfLane {
public:
    template <class F> TN_DEVICE ColumnsOfLane(int thread, F offset) {
        const int first = Accumulators<T>::first_column(thread / warp), lane = thread % warp;
        TN_UNROLL
        for (int j = 0; j < across / 2; ++j) TN_UNROLL
        for (int h = 0; h < each; ++h) {
            // Each half of the words of two tiles is a matrix of 8 rows; in fp32 a lane reads its own 4 columns.
            const int column = P == Precision::fp32 ? h / 2 * 8 + lane % 4 * 2 + h % 2 : lane / 16 * 8 + lane % 8;
            at_[j][h] = offset(first + 16 * j + column) + (P == Precision::fp32 ? 0 : lane / 8 % 2);
        }
    }

    /// Adds what a step of 8 words gives. `left(i, four)` are packed weights of the warp's 16 rows i, counted from the
    /// lane's first; the columns' words lie `distance` fours from where their pixels begin.
    template <class Thread, class Left, class Shared>
    TN_DEVICE void multiply(Thread& t, Accumulators<T>& sum, Left left, const Shared& patch, int distance) const {
        if constexpr (P == Precision::fp32) {
            TN_UNROLL
            for (int half = 0; half < 2; ++half) {
                Words a[down][2];
                TN_UNROLL
                for (int i = 0; i < down; ++i) TN_UNROLL
                for (int h = 0; h < 2; ++h) a[i][h] = left(i, 16 * half + 8 * h);
                TN_UNROLL
                for (int j = 0; j < across; ++j) TN_UNROLL
                for (int h = 0; h < 2; ++h) {
                    const Words b = patch[at_[j / 2][j % 2 * 2 + h] + distance + half];
                    TN_UNROLL
                    for (int i = 0; i < down; ++i) TN_UNROLL
                    for (int k = 0; k < 4; ++k) {
                        sum.value[i][j][h] += number(a[i][0].at[k]) * number(b.at[k]);
                        sum.value[i][j][2 + h] += number(a[i][1].at[k]) * number(b.at[k]);
                    }
                }
            }
        } else {
            Words a[down];
            TN_UNROLL
            for (int i = 0; i < down; ++i) a[i] = left(i, 0);
            TN_UNROLL
            for (int j = 0; j < across / 2; ++j) {
                std::uint32_t b[4];
                t.load_matrices(b, patch, at_[j][0] + distance);
                const std::uint32_t first[2] = {b[0], b[1]}, second[2] = {b[2], b[3]};
                TN_UNROLL
                for (int i = 0; i < down; ++i) {
                    t.template multiply_add<P>(sum.value[i][2 * j], a[i].at, first);
                    t.template multiply_add<P>(sum.value[i][2 * j + 1], a[i].at, second);
                }
            }
        }
    }

private:
    static constexpr int down = Accumulators<T>::down, across = Accumulators<T>::across;
    static constexpr int each = P == Precision::fp32 ? 4 : 1;
    static_assert(across % 2 == 0);
    TN_DEVICE static float number(std::uint32_t bits) { return std::bit_cast<float>(bits); }

    int at_[across / 2][each];
};

/// Reads `source`, [n][channels][height][width], as plan.of says.
template <ProductPlan Plan, Precision P, class V> struct PatchProduct {
    static constexpr ProductPlan plan = Plan;
    static constexpr Correlation C = Plan.of;
    static constexpr Field F = Plan.field;
    static constexpr PatchPlan patch_plan = Plan.patch;
    static constexpr Tile T = Plan.tile;
    static constexpr int row_tiles = Plan.row_tiles(), rows = C.rows, units = F.units_h * F.units_w;
    /// No column lies outside; two neighbouring columns lie side by side among the results, from an even place on.
    static constexpr bool always_full = F.always_full(), by_twos = F.pixels == 1 && F.width > 1 && F.units_w % 2 == 0;
    static constexpr std::size_t shared_bytes = patch_plan.bytes;

    int n;
    Span<const V> source;
    Span<const Words> weights;  // packed

    TN_HOST_DEVICE static int tiles(int n) {
        constexpr Field field = Plan.field;
        return field.tiles(n);
    }

    /// The tile's sum over all channels and taps.
    template <class Thread> TN_DEVICE Accumulators<T> operator()(Thread& t, int row_tile, int tile) const {
        constexpr int steps_a_patch = Plan.steps() / patch_plan.steps;
        const auto patch = t.template shared<Words>(0, shared_bytes / sizeof(Words));
        const ColumnsOfLane<P, T> columns(
            t.thread(), [](int column) { return offset_in<C, F, patch_plan>(column) * patch_plan.pitch; });
        const int lane = t.thread() % warp;
        const int rows = (row_tile * T.rows + Accumulators<T>::first_row(t.thread() / warp)) / 16;
        const int first = rows * Plan.steps() * warp + (P == Precision::fp32 ? lane / 4 : lane);
        Accumulators<T> sum{};
        for (int step = 0; step < patch_plan.steps; ++step) {
            t.barrier();
            fill_patch<C, F, patch_plan, P>(t, patch, source, n, tile, 0, step * patch_plan.values);
            t.barrier();
            const auto add_tap = [&](int tap) {
                TN_UNROLL
                for (int k = 0; k < patch_plan.words / 8; ++k) {
                    const int at = first + (step * steps_a_patch + tap * patch_plan.words / 8 + k) * warp;
                    columns.multiply(
                        t, sum, [&](int i, int four) { return weights[at + i * Plan.steps() * warp + four]; }, patch,
                        (tap / C.kernel_w * patch_plan.width + tap % C.kernel_w) * patch_plan.pitch + 2 * k);
                }
            };
            // Unrolled, distances are constants; but fp32's many instructions, or many taps', overflow their cache.
            if constexpr (P == Precision::fp32 || C.taps() > 25) {
                TN_ROLLED
                for (int tap = 0; tap < C.taps(); ++tap) add_tap(tap);
            } else {
                TN_UNROLL
                for (int tap = 0; tap < C.taps(); ++tap) add_tap(tap);
            }
        }
        return sum;
    }

    TN_DEVICE Place place(int tile, int column) const { return place_in<F>(n, tile, column / F.pixels); }
    /// How many of a tile's units lie inside.
    TN_DEVICE static int count(int n, int tile) {
        const auto least = [](int a, int b) { return a < b ? a : b; };
        return least(F.samples, n - first_sample<F>(tile)) * least(F.height, F.units_h - first_y<F>(tile)) *
               least(F.width, F.units_w - first_x<F>(tile));
    }
};

}  // namespace tn::cuda
