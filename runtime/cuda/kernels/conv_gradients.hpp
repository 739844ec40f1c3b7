// The fused block's convolution, backward: the gradients of its input and of its weights, from z's.
#pragma once

#include "dsl/core/index.hpp"
#include "runtime/cuda/kernels/conv_operands.hpp"

namespace tn::cuda {

/// dx = W' dz.
template <BlockGeometry G, Precision P, class Z> struct InputGradient {
    using Product = InputProduct<G, P, Z>;
    static constexpr Tile T = Product::T;
    static constexpr std::size_t shared_bytes = Product::shared_bytes;

    Product product;
    Span<float> dx;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const int row_tile = t.block() % Product::row_tiles, tile = t.block() / Product::row_tiles;
        auto sum = product(t, row_tile, tile);
        store_tile(t, product, row_tile, tile, sum, dx);
    }
};

/// A part of dW = dz x', over its share of the pixels: rows are filters, columns [channels][taps].
/// partial [parts][filters][channels][taps].
template <BlockGeometry G, Precision P, class Z> struct WeightGradient {
    static constexpr ConvGeometry C = G.conv;
    static constexpr Tile T = Tile::of(C.filters, C.channels* C.taps());
    static constexpr std::size_t shared_bytes = tile_bytes<T>;
    static constexpr int columns = C.channels * C.taps();
    /// Pixels that are taken together: those of a word, where no row ends between them.
    static constexpr int together = C.out_w() % values_per_word(P) == 0 ? values_per_word(P) : 1;
    static constexpr int row_tiles = (C.filters + T.rows - 1) / T.rows;
    static constexpr int column_tiles = (columns + T.columns - 1) / T.columns;
    static constexpr int plane = C.out_plane();

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
        return {k < end, sample * int{C.out_size()} + at, sample * int{C.in_size()} + y * C.width + column,
                k < end ? y : nowhere, column};
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
        return {i / C.taps() * int{C.in_plane()} + row * C.width + column, i < columns ? row : nowhere, column};
    }
    TN_DEVICE float b(const Pixel& p, const Column& c) const {
        const auto row = static_cast<unsigned>(p.row + c.row), column = static_cast<unsigned>(p.column + c.column);
        constexpr auto height = static_cast<unsigned>(C.height), width = static_cast<unsigned>(C.width);
        return row < height && column < width ? x[p.x + c.x] : 0.0f;
    }

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const int tile = t.block() % (row_tiles * column_tiles), part = t.block() / (row_tiles * column_tiles);
        const int first_row = tile % row_tiles * T.rows, first_column = tile / row_tiles * T.columns;
        const Index words = Index{n} * (plane / together);
        auto sum = multiply<P, T>(t, *this, first_row, first_column, part_begin(words, part, parts) * together,
                                  part_begin(words, part + 1, parts) * together);
        sum.each_two(t, [&](float first, float second, int row, int column) {
            const int f = first_row + row, i = first_column + column, at = (part * C.filters + f) * columns + i;
            if (f < C.filters && i < columns) partial[at] = first;
            if (f < C.filters && i + 1 < columns) partial[at + 1] = second;
        });
    }

private:
    /// A row that is outside of every image, also of what is twice as far.
    static constexpr int nowhere = -(1 << 28);
};

}  // namespace tn::cuda
