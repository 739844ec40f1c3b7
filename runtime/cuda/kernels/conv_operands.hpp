// The products that the fused block's convolution is, forward and backward to its input: of patches, or with few
// channels of matrices that are computed where they are read.
#pragma once

#include "runtime/cuda/kernels/multiply.hpp"
#include "runtime/cuda/kernels/patch_product.hpp"

namespace tn::cuda {

/// The rows of weights and the pixels of x that make z: [filters] x [n][out plane], inner extent [channels][taps]. The
/// columns are the pixels of each pooling window, padded to a power of two, or with `Windows` false of the plane.
template <BlockGeometry G, bool Windows> struct ConvOperands {
    static constexpr ConvGeometry C = G.conv;
    static constexpr Field field = Windows ? Field::of_windows(Tile::of(C.filters).columns, G)
                                           : Field::of(Tile::of(C.filters).columns, C.out_h(), C.out_w());
    static constexpr int units = field.units_h * field.units_w, pixels = field.pixels;
    static constexpr int rows = C.filters, inner = C.channels * C.taps();

    int n;
    Span<const float> x, weight;

    struct Column {
        bool inside;
        int base, y, x;  // where the sample begins, and the window's corner in it
    };
    TN_DEVICE float a(int row, int k) const { return row < C.filters ? weight[row * inner + k] : 0.0f; }
    TN_DEVICE Column column(int i) const {
        const int unit = i / pixels, pixel = i % pixels, sample = unit / units, at = unit % units;
        if (sample >= n || pixel >= field.window * field.window) return {false, 0, 0, 0};
        const int y = at / field.units_w * field.apart + pixel / field.window,
                  x = at % field.units_w * field.apart + pixel % field.window;
        return {true, sample * int{C.in_size()}, y * C.stride - C.pad, x * C.stride - C.pad};
    }
    TN_DEVICE float b(const Column& c, int k) const {
        const int tap = k % C.taps(), y = c.y + tap / C.kernel_w, at = c.x + tap % C.kernel_w;
        if (!c.inside || y < 0 || y >= C.height || at < 0 || at >= C.width) return 0.0f;
        return x[c.base + (k / C.taps() * C.height + y) * C.width + at];
    }
};

/// dx = W' dz: rows are channels, columns the pixels of x, inner extent [filters][taps].
template <BlockGeometry G, class Z> struct InputOperands {
    static constexpr ConvGeometry C = G.conv;
    static constexpr int units = C.in_plane(), pixels = 1;
    static constexpr int rows = C.channels, inner = C.filters * C.taps();

    int n;
    Span<const Z> dz;
    Span<const float> weight;

    struct Column {
        bool inside;
        int base, y, x;
    };
    TN_DEVICE float a(int row, int k) const {
        return row < C.channels ? weight[(k / C.taps() * C.channels + row) * C.taps() + k % C.taps()] : 0.0f;
    }
    TN_DEVICE Column column(int i) const {
        if (i >= n * units) return {false, 0, 0, 0};
        const int at = i % units;
        return {true, i / units * int{C.out_size()}, at / C.width + C.pad, at % C.width + C.pad};
    }
    TN_DEVICE float b(const Column& c, int k) const {
        const int tap = k % C.taps(), y = c.y - tap / C.kernel_w, x = c.x - tap % C.kernel_w;
        if (!c.inside || y < 0 || x < 0 || y % C.stride != 0 || x % C.stride != 0 || y / C.stride >= C.out_h() ||
            x / C.stride >= C.out_w())
            return 0.0f;
        return dz[c.base + (k / C.taps() * C.out_h() + y / C.stride) * C.out_w() + x / C.stride];
    }
};

/// The product of such matrices, as PatchProduct has it (runtime/cuda/kernels/patch_product.hpp).
template <class M, Precision P> struct GatherProduct {
    static constexpr Tile T = Tile::of(M::rows);
    static constexpr std::size_t shared_bytes = tile_bytes<T>;
    static constexpr int row_tiles = (M::rows + T.rows - 1) / T.rows, rows = M::rows, units = M::units;
    static constexpr bool always_full = false, by_twos = M::pixels == 1 && M::units % 2 == 0;

    int n;
    M matrices;
    explicit GatherProduct(const M& m) : n(m.n), matrices(m) {}

    TN_HOST_DEVICE static int tiles(int n) {
        return static_cast<int>((Index{n} * M::units * M::pixels + T.columns - 1) / T.columns);
    }

    template <class Thread> TN_DEVICE Accumulators<T> operator()(Thread& t, int row_tile, int tile) const {
        return multiply<P, T>(t, matrices, row_tile * T.rows, tile * T.columns, 0, M::inner);
    }
    TN_DEVICE Place place(int tile, int column) const {
        const int unit = (tile * T.columns + column) / M::pixels;
        return {unit < n * M::units, unit / M::units, unit % M::units};
    }
    TN_DEVICE static int count(int n, int tile) {
        const int left = n * M::units - tile * T.columns / M::pixels, whole = T.columns / M::pixels;
        return left < whole ? left : whole;
    }
};

/// Stores a tile's values in `to`, [n][Product::rows][Product::units], and leaves in `sum` what is kept of them.
template <class Thread, class Product, class V>
TN_DEVICE void store_tile(const Thread& t, const Product& product, int row_tile, int tile,
                          Accumulators<Product::T>& sum, const Span<V>& to) {
    sum.each_two(t, [&](float& first, float& second, int row, int column) {
        const int r = row_tile * Product::T.rows + row;
        if (Product::rows % Product::T.rows != 0 && r >= Product::rows) return;
        const auto index = [&](const Place& at) { return (at.sample * Product::rows + r) * Product::units + at.at; };
        const Place at = product.place(tile, column);
        if constexpr (Product::by_twos) {
            if (!at.inside) return;
            const Pair<V> kept(first, second);
            to.template at<Pair<V>>(index(at)) = kept;
            first = kept.first();
            second = kept.second();
        } else {
            const Place next = product.place(tile, column + 1);
            const V kept(first), next_kept(second);
            if (at.inside) to[index(at)] = kept;
            if (next.inside) to[index(next)] = next_kept;
            first = kept;
            second = next_kept;
        }
    });
}

template <BlockGeometry G, Precision P>
using ForwardProduct =
    std::conditional_t<ProductPlan::forward(G, P).by_patches(), PatchProduct<ProductPlan::forward(G, P), P, float>,
                       GatherProduct<ConvOperands<G, false>, P>>;
template <BlockGeometry G, Precision P>
using EvaluationProduct =
    std::conditional_t<ProductPlan::evaluation(G, P).by_patches(),
                       PatchProduct<ProductPlan::evaluation(G, P), P, float>, GatherProduct<ConvOperands<G, true>, P>>;
template <BlockGeometry G, Precision P, class Z>
using InputProduct =
    std::conditional_t<ProductPlan::backward(G, P).by_patches(), PatchProduct<ProductPlan::backward(G, P), P, Z>,
                       GatherProduct<InputOperands<G, Z>, P>>;

}  // namespace tn::cuda
