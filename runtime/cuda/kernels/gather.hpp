// How the threads of a block gather a step's words of both matrices into shared memory. An index costs more to compute
// than its value to load, so what the values of a thread have in common is computed once a tile or once a step.
#pragma once

#include <type_traits>

#include "runtime/cuda/kernels/tile.hpp"

namespace tn::cuda {

/// Values of the inner extent in one step.
template <Precision P> inline constexpr int depth = Tile::words * values_per_word(P);

/// The words a thread fills of a matrix with so many rows (or columns): the same word of several rows, so that
/// neighbouring threads read along the inner extent.
template <int Rows> struct WordOfRows {
    static constexpr int apart = tile_threads / Tile::words, count = Rows / apart;
    int at, first;
    TN_DEVICE explicit WordOfRows(int thread) : at(thread % Tile::words), first(thread / Tile::words) {}
    TN_DEVICE int row(int j) const { return first + j * apart; }
    TN_DEVICE int place(int j) const { return row(j) * Tile::pitch + at; }
};

/// Several words of one row (or column), so that neighbouring threads read neighbouring columns.
template <int Rows> struct WordsOfRow {
    static constexpr int apart = tile_threads / Rows, count = Tile::words / apart;
    int row, first;
    TN_DEVICE explicit WordsOfRow(int thread) : row(thread % Rows), first(thread / Rows) {}
    TN_DEVICE int at(int j) const { return first + j * apart; }
    TN_DEVICE int place(int j) const { return row * Tile::pitch + at(j); }
};

/// Value by value, for any matrices: m.a(row, k), and m.b(c, k) with c = m.column(column).
template <Precision P, Tile T, class M> class GatherValues {
public:
    TN_DEVICE GatherValues(int thread, const M& m, int first_row, int first_column, int end)
        : m_(m),
          left_(thread),
          right_(thread),
          first_row_(first_row),
          end_(end),
          column_(m.column(first_column + right_.row)) {}

    template <class Shared> TN_DEVICE void operator()(int k0, const Shared& a, const Shared& b) const {
        const auto word_at = [&](int at, auto value) {
            const int k = k0 + at * values_per_word(P);
            return word<P>([&](int i) { return k + i < end_ ? value(k + i) : 0.0f; });
        };
        TN_UNROLL
        for (int j = 0; j < left_.count; ++j)
            a[left_.place(j)] = word_at(left_.at, [&](int k) { return m_.a(first_row_ + left_.row(j), k); });
        TN_UNROLL
        for (int j = 0; j < right_.count; ++j)
            b[right_.place(j)] = word_at(right_.at(j), [&](int k) { return m_.b(column_, k); });
    }

private:
    const M& m_;
    WordOfRows<T.rows> left_;
    WordsOfRow<T.columns> right_;
    int first_row_, end_;
    typename M::Column column_;
};

/// Pixel by pixel, where b runs along the inner extent in memory: a pixel is found once for all rows and columns that a
/// thread fills, and what a column adds to it once a tile. m.a(pixel, row) and m.b(pixel, c) with c = m.column(column)
/// and pixel = m.pixel(k, end), or m.next(pixel) within the M::together pixels that lie in one row.
template <Precision P, Tile T, class M> class GatherPixels {
public:
    TN_DEVICE GatherPixels(int thread, const M& m, int first_row, int first_column, int end)
        : m_(m), left_(thread), right_(thread), first_row_(first_row), end_(end) {
        TN_UNROLL
        for (int j = 0; j < right_.count; ++j) column_[j] = m.column(first_column + right_.row(j));
    }

    template <class Shared> TN_DEVICE void operator()(int k0, const Shared& a, const Shared& b) const {
        const int k = k0 + left_.at * values_per_word(P);
        typename M::Pixel pixel[values_per_word(P)];
        TN_UNROLL
        for (int i = 0; i < values_per_word(P); ++i)
            pixel[i] = i % M::together == 0 ? m_.pixel(k + i, end_) : m_.next(pixel[i - 1]);
        TN_UNROLL
        for (int j = 0; j < left_.count; ++j)
            a[left_.place(j)] = word<P>([&](int i) { return m_.a(pixel[i], first_row_ + left_.row(j)); });
        TN_UNROLL
        for (int j = 0; j < right_.count; ++j)
            b[right_.place(j)] = word<P>([&](int i) { return m_.b(pixel[i], column_[j]); });
    }

private:
    const M& m_;
    WordOfRows<T.rows> left_;
    WordOfRows<T.columns> right_;
    int first_row_, end_;
    typename M::Column column_[WordOfRows<T.columns>::count];
};

/// The faster way where the matrices allow it.
template <Precision P, Tile T, class M> struct GatherOf : std::type_identity<GatherValues<P, T, M>> {};
template <Precision P, Tile T, class M>
    requires requires { typename M::Pixel; }
struct GatherOf<P, T, M> : std::type_identity<GatherPixels<P, T, M>> {};

}  // namespace tn::cuda
