// A matrix product whose matrices are computed where they are read: what a convolution, forward and backward, is.
//
// A block of 128 threads makes one tile of the result. Its warps stand side by side along the columns; each makes
// tiles of 16 x 8, whose values its lanes hold as the tensor cores' instructions leave them:
//     lane l holds rows l / 4 and l / 4 + 8, columns 2 (l % 4) and 2 (l % 4) + 1.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

#include "runtime/cuda/block_plan.hpp"
#include "runtime/cuda/execution.hpp"
#include "runtime/cuda/precision.hpp"

namespace tn::cuda {

inline constexpr int tile_threads = 128;

/// A float rounded to TF32, to nearest, ties away from zero.
TN_HOST_DEVICE constexpr std::uint32_t tf32_bits(float v) {
    const auto bits = std::bit_cast<std::uint32_t>(v);
    return (bits & 0x7FFFFFFFu) > 0x7F800000u ? bits : (bits + 0x1000u) & 0xFFFFE000u;
}
/// A float rounded to bfloat16, to nearest, ties to even.
TN_HOST_DEVICE constexpr std::uint32_t bf16_bits(float v) {
    const auto bits = std::bit_cast<std::uint32_t>(v);
    if ((bits & 0x7FFFFFFFu) > 0x7F800000u) return 0x7FC0u;
    return (bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16;
}

/// A value kept in bfloat16.
class Bf16 {
public:
    Bf16() = default;
    TN_HOST_DEVICE explicit Bf16(float v) : bits_(static_cast<std::uint16_t>(bf16_bits(v))) {}
    TN_HOST_DEVICE operator float() const { return std::bit_cast<float>(static_cast<std::uint32_t>(bits_) << 16); }

private:
    std::uint16_t bits_;
};

/// How a block keeps z and its gradient: as products read them.
template <Precision P> using Kept = std::conditional_t<P == Precision::bf16, Bf16, float>;

/// Values of the inner extent in one word of shared memory.
constexpr int values_a_word(Precision p) { return p == Precision::bf16 ? 2 : 1; }

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

/// The tile of a b at (first_row, first_column), summed over the inner extent from `begin` to `end`.
/// `m` gives the matrices, 0 outside of them:
///     m.a(row, k), and m.column(column) -> c with m.b(c, k)
///     M::b_runs_inside    neighbouring values of b in memory are neighbours along the inner extent, not along columns
template <Precision P, Tile T, class Thread, class M>
TN_DEVICE Accumulators<T> multiply(Thread& t, const M& m, int first_row, int first_column, int begin, int end) {
    constexpr int a_word = values_a_word(P), words = Tile::words, pitch = Tile::pitch;
    auto a = t.template shared<std::uint32_t>(0, static_cast<std::size_t>(T.rows * pitch));
    auto b = t.template shared<std::uint32_t>(sizeof(std::uint32_t) * T.rows * pitch,
                                              static_cast<std::size_t>(T.columns * pitch));
    const auto word = [&](auto value, int k) {
        if constexpr (P == Precision::fp32)
            return std::bit_cast<std::uint32_t>(k < end ? value(k) : 0.0f);
        else if constexpr (P == Precision::tf32)
            return tf32_bits(k < end ? value(k) : 0.0f);
        else
            return bf16_bits(k < end ? value(k) : 0.0f) | bf16_bits(k + 1 < end ? value(k + 1) : 0.0f) << 16;
    };
    Accumulators<T> sum{};
    for (int k0 = begin; k0 < end; k0 += words * a_word) {
        for (int i = t.thread(); i < T.rows * words; i += tile_threads) {
            const int row = i / words, at = i % words;
            a[row * pitch + at] = word([&](int k) { return m.a(first_row + row, k); }, k0 + at * a_word);
        }
        for (int i = t.thread(); i < T.columns * words; i += tile_threads) {
            const int column = M::b_runs_inside ? i / words : i % T.columns;
            const int at = M::b_runs_inside ? i % words : i / T.columns;
            const auto c = m.column(first_column + column);
            b[column * pitch + at] = word([&](int k) { return m.b(c, k); }, k0 + at * a_word);
        }
        t.barrier();
        accumulate<P>(t, sum, a, b);
        t.barrier();
    }
    return sum;
}

}  // namespace tn::cuda
