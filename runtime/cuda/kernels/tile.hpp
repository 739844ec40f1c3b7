// One tile of a matrix product, whose matrices lie in shared memory step by step.
//
// A block of 128 threads makes it. Its warps stand side by side along the columns; each makes tiles of 16 x 8, whose
// values its lanes hold as the tensor cores' instructions leave them:
//     lane l holds rows l / 4 and l / 4 + 8, columns 2 (l % 4) and 2 (l % 4) + 1.
#pragma once

#include <bit>
#include <cstdint>

#include "runtime/cuda/block_plan.hpp"
#include "runtime/cuda/execution.hpp"
#include "runtime/cuda/kernels/rounding.hpp"

namespace tn::cuda {

inline constexpr int tile_threads = 128;

/// The product's accumulators of one thread: rows / 16 x columns / 32 tiles of 4 values.
template <Tile T> struct Accumulators {
    static constexpr int down = T.rows / 16, across = T.columns / (tile_threads / warp) / 8;
    float value[down][across][4];

    /// The row and column of a value within the block's tile.
    TN_DEVICE static int row(int lane, int i, int k) { return 16 * i + lane / 4 + 8 * (k / 2); }
    TN_DEVICE static int column(int warp_index, int lane, int j, int k) {
        return (warp_index * across + j) * 8 + 2 * (lane % 4) + k % 2;
    }
    /// Calls f(value, row, column) for each.
    template <class Thread, class F> TN_DEVICE void each(const Thread& t, F f) {
        const int lane = t.thread() % warp, w = t.thread() / warp;
        TN_UNROLL
        for (int i = 0; i < down; ++i)
            TN_UNROLL
            for (int j = 0; j < across; ++j)
                TN_UNROLL
                for (int k = 0; k < 4; ++k) f(value[i][j][k], row(lane, i, k), column(w, lane, j, k));
    }
};

template <Tile T> inline constexpr std::size_t tile_bytes =
    static_cast<std::size_t>(T.rows + T.columns) * Tile::pitch * sizeof(std::uint32_t);

/// Adds what a step's words in shared memory give.
template <Precision P, Tile T, class Thread, class Shared>
TN_DEVICE void accumulate(Thread& t, Accumulators<T>& sum, const Shared& a, const Shared& b) {
    constexpr int pitch = Tile::pitch, down = Accumulators<T>::down, across = Accumulators<T>::across;
    const int lane = t.thread() % warp, first = t.thread() / warp * across * 8, g = lane / 4, q = lane % 4;
    if constexpr (P == Precision::fp32) {
        for (int k = 0; k < Tile::words; ++k) {
            float left[down][2], right[across][2];
            TN_UNROLL
            for (int i = 0; i < down; ++i)
                TN_UNROLL
                for (int h = 0; h < 2; ++h)
                    left[i][h] = std::bit_cast<float>(std::uint32_t{a[(16 * i + g + 8 * h) * pitch + k]});
            TN_UNROLL
            for (int j = 0; j < across; ++j)
                TN_UNROLL
                for (int h = 0; h < 2; ++h)
                    right[j][h] = std::bit_cast<float>(std::uint32_t{b[(first + 8 * j + 2 * q + h) * pitch + k]});
            TN_UNROLL
            for (int i = 0; i < down; ++i)
                TN_UNROLL
                for (int j = 0; j < across; ++j)
                    TN_UNROLL
                    for (int c = 0; c < 4; ++c) sum.value[i][j][c] += left[i][c / 2] * right[j][c % 2];
        }
    } else {
        // A step of the instruction takes 8 words: 8 values in TF32, 16 in bfloat16.
        TN_UNROLL
        for (int k = 0; k < Tile::words; k += 8) {
            std::uint32_t right[across][2];
            TN_UNROLL
            for (int j = 0; j < across; ++j)
                TN_UNROLL
                for (int h = 0; h < 2; ++h) right[j][h] = b[(first + 8 * j + g) * pitch + k + q + 4 * h];
            TN_UNROLL
            for (int i = 0; i < down; ++i) {
                std::uint32_t left[4];
                TN_UNROLL
                for (int h = 0; h < 4; ++h) left[h] = a[(16 * i + g + 8 * (h % 2)) * pitch + k + q + 4 * (h / 2)];
                TN_UNROLL
                for (int j = 0; j < across; ++j) t.template multiply_add<P>(sum.value[i][j], left, right[j]);
            }
        }
    }
}

}  // namespace tn::cuda
