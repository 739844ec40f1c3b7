// How the threads of a block gather a step's words of both matrices into shared memory. An index costs more to compute
// than its value to load, so what the values of a thread have in common is computed once a tile or once a step.
#pragma once

#include <type_traits>

#include "runtime/cuda/kernels/tile.hpp"

namespace tn::cuda {

/// Values of the inner extent in one step.
template <Precision P> inline constexpr int depth = Tile::words * values_a_word(P);

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
        : m_(m), left_(thread), right_(thread), first_row_(first_row), end_(end),
          column_(m.column(first_column + right_.row)) {}

    template <class Shared> TN_DEVICE void operator()(int k0, const Shared& a, const Shared& b) const {
        const auto word_at = [&](int at, auto value) {
            const int k = k0 + at * values_a_word(P);
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

/// A run is neighbouring channels under one tap. How long those are that steps can be made of, where the inner extent
/// is [taps][channels]: a whole step or half of one; 0 where neither divides the channels.
constexpr int run_length(int channels, int depth) {
    return channels % depth == 0 ? depth : channels % (depth / 2) == 0 ? depth / 2 : 0;
}

/// Run by run: where a run begins, and whether that is inside of the image, is found once for all of its values. The
/// inner extent is [taps][M::inner_channels], and with r = m.run(k), the run that holds k from there on, its value i is
///     m.run_a(r, row, i), and m.run_b(m.begin(r, c), i) unless the beginning is negative: outside
template <Precision P, Tile T, class M> class GatherRuns {
public:
    TN_DEVICE GatherRuns(int thread, const M& m, int first_row, int first_column, int end)
        : m_(m), left_(thread), right_(thread), first_row_(first_row), end_(end),
          column_(m.column(first_column + right_.row)) {}

    template <class Shared> TN_DEVICE void operator()(int k0, const Shared& a, const Shared& b) const {
        const int left_k = k0 + left_.at * values;
        const auto run = m_.run(left_k);
        TN_UNROLL
        for (int j = 0; j < left_.count; ++j)
            a[left_.place(j)] = word<P>([&](int i) {
                return left_k < end_ ? m_.run_a(run, first_row_ + left_.row(j), i) : 0.0f;
            });
        int begin[runs];
        TN_UNROLL
        for (int r = 0; r < runs; ++r) {
            const int k = k0 + r * length;
            begin[r] = k < end_ ? m_.begin(m_.run(k), column_) : -1;
        }
        TN_UNROLL
        for (int j = 0; j < right_.count; ++j) {
            const int r = j * right_.apart * values / length, from = right_.at(j) * values - r * length;
            b[right_.place(j)] = word<P>([&](int i) { return begin[r] < 0 ? 0.0f : m_.run_b(begin[r], from + i); });
        }
    }

private:
    static constexpr int values = values_a_word(P), length = run_length(M::inner_channels, depth<P>);
    static constexpr int runs = depth<P> / length;
    static_assert(length % (WordsOfRow<T.columns>::apart * values) == 0, "a thread's word j lies in one run");

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
        const int k = k0 + left_.at * values_a_word(P);
        typename M::Pixel pixel[values_a_word(P)];
        TN_UNROLL
        for (int i = 0; i < values_a_word(P); ++i)
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

enum class Gathering { values, runs, pixels };

/// The fastest way that the matrices allow.
template <Precision P, class M> constexpr Gathering gathering_of() {
    if constexpr (requires { typename M::Pixel; })
        return Gathering::pixels;
    else
        return run_length(M::inner_channels, depth<P>) > 0 ? Gathering::runs : Gathering::values;
}

template <Precision P, Tile T, class M>
using GatherFor = std::conditional_t<
    gathering_of<P, M>() == Gathering::pixels, GatherPixels<P, T, M>,
    std::conditional_t<gathering_of<P, M>() == Gathering::runs, GatherRuns<P, T, M>, GatherValues<P, T, M>>>;

}  // namespace tn::cuda
