// One tile of a matrix product, whose matrices lie in shared memory step by step.
//
// A block of 128 threads makes it. Each of its warps makes a part of it in tiles of 16 x 8, whose values its lanes hold
// as the tensor cores' instructions leave them:
//     lane l holds rows l / 4 and l / 4 + 8, columns 2 (l % 4) and 2 (l % 4) + 1.
#pragma once

#include <bit>
#include <cstdint>

#include "runtime/cuda/execution.hpp"
#include "runtime/cuda/kernels/rounding.hpp"
#include "runtime/cuda/tile.hpp"

namespace tn::cuda {

/// The product's accumulators of one thread: its warp's tiles of 16 x 8, of each 4 values.
template <Tile T> struct Accumulators {
    static constexpr int down = T.rows / T.warps_down() / 16, across = T.columns / T.warps_across() / 8;
    float value[down][across][4];

    /// Where the warp's part begins.
    TN_DEVICE static int first_row(int warp_index) { return warp_index / T.warps_across() * down * 16; }
    TN_DEVICE static int first_column(int warp_index) { return warp_index % T.warps_across() * across * 8; }
    /// The row and column of a value within the block's tile.
    TN_DEVICE static int row(int warp_index, int lane, int i, int k) {
        return first_row(warp_index) + 16 * i + lane / 4 + 8 * (k / 2);
    }
    TN_DEVICE static int column(int warp_index, int lane, int j, int k) {
        return first_column(warp_index) + 8 * j + 2 * (lane % 4) + k % 2;
    }
    /// Calls f(value, next, row, column) for each two of neighbouring columns, of which it gives the first.
    template <class Thread, class F> TN_DEVICE void each_two(const Thread& t, F f) {
        const int lane = t.thread() % warp, w = t.thread() / warp;
        TN_UNROLL
        for (int i = 0; i < down; ++i) TN_UNROLL
        for (int j = 0; j < across; ++j) TN_UNROLL
        for (int k = 0; k < 4; k += 2) f(value[i][j][k], value[i][j][k + 1], row(w, lane, i, k), column(w, lane, j, k));
    }
};

template <Tile T> inline constexpr std::size_t tile_bytes = (T.rows + T.columns) * Tile::pitch * sizeof(std::uint32_t);

/// Adds what a step's words in shared memory give.
template <Precision P, Tile T, class Thread, class Shared>
TN_DEVICE void accumulate(Thread& t, Accumulators<T>& sum, const Shared& a, const Shared& b) {
    constexpr int pitch = Tile::pitch, down = Accumulators<T>::down, across = Accumulators<T>::across;
    const int lane = t.thread() % warp, g = lane / 4, q = lane % 4;
    const int w = t.thread() / warp;
    const int first = Accumulators<T>::first_column(w), top = Accumulators<T>::first_row(w);
    if constexpr (P == Precision::fp32) {
        for (int k = 0; k < Tile::words; ++k) {
            float left[down][2], right[across][2];
            TN_UNROLL
            for (int i = 0; i < down; ++i) TN_UNROLL
            for (int h = 0; h < 2; ++h)
                left[i][h] = std::bit_cast<float>(std::uint32_t{a[(top + 16 * i + g + 8 * h) * pitch + k]});
            TN_UNROLL
            for (int j = 0; j < across; ++j) TN_UNROLL
            for (int h = 0; h < 2; ++h)
                right[j][h] = std::bit_cast<float>(std::uint32_t{b[(first + 8 * j + 2 * q + h) * pitch + k]});
            TN_UNROLL
            for (int i = 0; i < down; ++i) TN_UNROLL
            for (int j = 0; j < across; ++j) TN_UNROLL
            for (int c = 0; c < 4; ++c) sum.value[i][j][c] += left[i][c / 2] * right[j][c % 2];
        }
    } else {
        // A step of the instruction takes 8 words: 8 values in TF32, 16 in bfloat16.
        TN_UNROLL
        for (int k = 0; k < Tile::words; k += 8) {
            std::uint32_t right[across][2];
            TN_UNROLL
            for (int j = 0; j < across; ++j) TN_UNROLL
            for (int h = 0; h < 2; ++h) right[j][h] = b[(first + 8 * j + g) * pitch + k + q + 4 * h];
            TN_UNROLL
            for (int i = 0; i < down; ++i) {
                std::uint32_t left[4];
                TN_UNROLL
                for (int h = 0; h < 4; ++h) left[h] = a[(top + 16 * i + g + 8 * (h % 2)) * pitch + k + q + 4 * (h / 2)];
                TN_UNROLL
                for (int j = 0; j < across; ++j) t.template multiply_add<P>(sum.value[i][j], left, right[j]);
            }
        }
    }
}

}  // namespace tn::cuda
