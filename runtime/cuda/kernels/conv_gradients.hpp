// The fused block's convolution, backward: the gradients of its input and of its weights, from z's.
#pragma once

#include "runtime/cuda/kernels/multiply.hpp"

namespace tn::cuda {

/// dx = W' dz: rows are channels, columns the pixels of x, inner extent [filters][taps], or [taps][filters] where runs
/// of filters fill a step.
template <BlockGeometry G, Precision P, class Z> struct InputGradient {
    static constexpr ConvGeometry C = G.conv;
    static constexpr Tile T = Tile::of(C.channels);
    static constexpr std::size_t shared_bytes = tile_bytes<T>;
    static constexpr int row_tiles = (C.channels + T.rows - 1) / T.rows;
    static constexpr int inner_channels = C.filters;
    static constexpr int plane = static_cast<int>(C.in_plane());

    int n;
    Span<const Z> dz;
    Span<const float> weight;
    Span<float> dx;

    struct Column {
        bool inside;
        int base, y, x;
    };
    TN_DEVICE float a(int row, int k) const {
        return row < C.channels ? weight[(k / C.taps() * C.channels + row) * C.taps() + k % C.taps()] : 0.0f;
    }
    TN_DEVICE Column column(int i) const {
        if (i >= n * plane) return {false, 0, 0, 0};
        const int at = i % plane;
        return {true, i / plane * static_cast<int>(C.out_size()), at / C.width + C.pad, at % C.width + C.pad};
    }
    TN_DEVICE float b(const Column& c, int k) const {
        const int at = place(c, k / C.taps(), k % C.taps());
        return at < 0 ? 0.0f : static_cast<float>(dz[at]);
    }

    struct Run {
        int filter, tap;
    };
    TN_DEVICE Run run(int k) const { return {k % C.filters, k / C.filters}; }
    TN_DEVICE float run_a(const Run& r, int row, int i) const {
        return row < C.channels ? weight[((r.filter + i) * C.channels + row) * C.taps() + r.tap] : 0.0f;
    }
    TN_DEVICE int begin(const Run& r, const Column& c) const { return place(c, r.filter, r.tap); }
    TN_DEVICE float run_b(int begin, int i) const { return dz[begin + i * static_cast<int>(C.out_plane())]; }

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const int first_row = t.block() % row_tiles * T.rows, first_column = t.block() / row_tiles * T.columns;
        auto sum = multiply<P, T>(t, *this, first_row, first_column, 0, C.filters * C.taps());
        sum.each(t, [&](float& v, int row, int column) {
            const int c = first_row + row, i = first_column + column;
            if (c < C.channels && i < n * plane) dx[(i / plane * C.channels + c) * plane + i % plane] = v;
        });
    }

private:
    /// Where in dz the value lies that a filter and a tap give to a column; -1: nowhere.
    TN_DEVICE static int place(const Column& c, int filter, int tap) {
        const int y = c.y - tap / C.kernel_w, x = c.x - tap % C.kernel_w;
        if (!c.inside || y < 0 || x < 0 || y % C.stride != 0 || x % C.stride != 0 || y / C.stride >= C.out_h() ||
            x / C.stride >= C.out_w())
            return -1;
        return c.base + (filter * C.out_h() + y / C.stride) * C.out_w() + x / C.stride;
    }
};

/// A part of dW = dz x', over its share of the pixels: rows are filters, columns [channels][taps].
/// partial [parts][filters][channels][taps].
template <BlockGeometry G, Precision P, class Z> struct WeightGradient {
    static constexpr ConvGeometry C = G.conv;
    static constexpr Tile T = Tile::of(C.filters, C.channels * C.taps());
    static constexpr std::size_t shared_bytes = tile_bytes<T>;
    static constexpr int columns = C.channels * C.taps();
    /// Pixels that are taken together: those of a word, where no row ends between them.
    static constexpr int together = C.out_w() % values_a_word(P) == 0 ? values_a_word(P) : 1;
    static constexpr int row_tiles = (C.filters + T.rows - 1) / T.rows;
    static constexpr int column_tiles = (columns + T.columns - 1) / T.columns;
    static constexpr int plane = static_cast<int>(C.out_plane());

    int n, parts;
    Span<const Z> dz;
    Span<const float> x;
    Span<float> partial;

    /// A value of the inner extent: where it lies in dz and, for a tap without an offset, in x.
    struct Pixel {
        bool inside;
        int dz, x, row, column;
    };
    TN_DEVICE Pixel pixel(int k, int end) const {
        const int sample = k / plane, at = k % plane, y = at / C.out_w() * C.stride, column = at % C.out_w() * C.stride;
        return {k < end, sample * static_cast<int>(C.out_size()) + at,
                sample * static_cast<int>(C.in_size()) + y * C.width + column, k < end ? y : nowhere, column};
    }
    TN_DEVICE static Pixel next(const Pixel& p) {
        return {p.inside, p.dz + 1, p.x + C.stride, p.row, p.column + C.stride};
    }
    TN_DEVICE float a(const Pixel& p, int row) const {
        return p.inside && row < C.filters ? static_cast<float>(dz[p.dz + row * plane]) : 0.0f;
    }

    /// How far from a pixel a channel and a tap read.
    struct Column {
        int x, row, column;
    };
    TN_DEVICE Column column(int i) const {
        const int tap = i % C.taps(), row = tap / C.kernel_w - C.pad, column = tap % C.kernel_w - C.pad;
        return {i / C.taps() * static_cast<int>(C.in_plane()) + row * C.width + column, i < columns ? row : nowhere,
                column};
    }
    TN_DEVICE float b(const Pixel& p, const Column& c) const {
        const auto row = static_cast<unsigned>(p.row + c.row), column = static_cast<unsigned>(p.column + c.column);
        constexpr auto height = static_cast<unsigned>(C.height), width = static_cast<unsigned>(C.width);
        return row < height && column < width ? x[p.x + c.x] : 0.0f;
    }

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const int tile = t.block() % (row_tiles * column_tiles), part = t.block() / (row_tiles * column_tiles);
        const int first_row = tile % row_tiles * T.rows, first_column = tile / row_tiles * T.columns;
        const long long words = static_cast<long long>(n) * (plane / together);
        auto sum = multiply<P, T>(t, *this, first_row, first_column, static_cast<int>(words * part / parts) * together,
                                  static_cast<int>(words * (part + 1) / parts) * together);
        sum.each(t, [&](float& v, int row, int column) {
            const int f = first_row + row, i = first_column + column;
            if (f < C.filters && i < columns) partial[(part * C.filters + f) * columns + i] = v;
        });
    }

private:
    /// A row that is outside of every image, also of what is twice as far.
    static constexpr int nowhere = -(1 << 28);
};

}  // namespace tn::cuda
