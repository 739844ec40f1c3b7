// What is done with one tile, 4 x 4 values of z of a block of channels, while it is in registers.
#if defined(TN_CPU_CONV_BLOCK_WINOGRAD_TILE_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_WINOGRAD_TILE_INL
#undef TN_CPU_CONV_BLOCK_WINOGRAD_TILE_INL
#else
#define TN_CPU_CONV_BLOCK_WINOGRAD_TILE_INL
#endif

#include <algorithm>
#include <limits>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/affine-inl.hpp"
#include "runtime/cpu/conv_block/argmax-inl.hpp"
#include "runtime/cpu/conv_block/winograd/affine_table-inl.hpp"
#include "runtime/cpu/conv_block/winograd/plan.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// How much of the tile in the given row and column of tiles is inside the image.
struct Inside {
    int rows, columns;

    Inside(const WinogradPlan& plan, int row, int column)
        : rows(std::min(tile_side, plan.conv().out_h() - row * tile_side)),
          columns(std::min(tile_side, plan.conv().out_w() - column * tile_side)) {}
    bool whole() const { return rows == tile_side && columns == tile_side; }
};

/// The tile at `z`, where the next row of a blocked image is `row` floats away; zeros outside the image.
TN_INLINE void load_tile(const float* z, Index row, const Inside& in, V (&tile)[tile_size]) {
    if (in.whole()) {
        TN_UNROLL for (int i = 0; i < tile_size; ++i) tile[i] = load(z + i / 4 * row + i % 4 * lanes);
        return;
    }
    for (int i = 0; i < tile_size; ++i)
        tile[i] = i / 4 < in.rows && i % 4 < in.columns ? load(z + i / 4 * row + i % 4 * lanes) : V{};
}

TN_INLINE void store_tile(float* z, Index row, const Inside& in, const V (&tile)[tile_size]) {
    if (in.whole()) {
        TN_UNROLL for (int i = 0; i < tile_size; ++i) store(z + i / 4 * row + i % 4 * lanes, tile[i]);
        return;
    }
    for (int r = 0; r < in.rows; ++r)
        for (int c = 0; c < in.columns; ++c) store(z + r * row + c * lanes, tile[4 * r + c]);
}

/// Adds a tile to the mean and the squared distances to it of the `before` values that came before it (Chan, Golub and
/// LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979).
TN_INLINE void add_statistics(const V (&z)[tile_size], const Inside& in, int before, V& mean, V& squares) {
    V sum{}, distance{};
    const int count = in.rows * in.columns;
    const float share = 1.0f / static_cast<float>(count);
    V own;
    if (in.whole()) {
        TN_UNROLL for (int i = 0; i < tile_size; ++i) sum += z[i];
        own = sum * share;
        TN_UNROLL for (int i = 0; i < tile_size; ++i) distance += (z[i] - own) * (z[i] - own);
    } else {
        for (int r = 0; r < in.rows; ++r)
            for (int c = 0; c < in.columns; ++c) sum += z[4 * r + c];
        own = sum * share;
        for (int r = 0; r < in.rows; ++r)
            for (int c = 0; c < in.columns; ++c) distance += (z[4 * r + c] - own) * (z[4 * r + c] - own);
    }
    const float weight = static_cast<float>(count) / static_cast<float>(before + count);
    const V step = own - mean;
    mean += step * weight;
    squares += distance + step * step * (weight * static_cast<float>(before));
}

/// The z at the argmax of the window `w` (0 .. 3) of a tile, and the argmax: the largest z where gamma is positive, the
/// smallest where it is negative, the first where it is zero.
TN_INLINE V z_at_argmax(const V (&z)[tile_size], int w, V sign, I& argmax) {
    const int corner = w / 2 * 8 + w % 2 * 2;
    const I flip = reinterpret_cast<I>(sign) & std::numeric_limits<int>::min();
    V key[4];
    TN_UNROLL for (int k = 0; k < 4; ++k) key[k] =
        reinterpret_cast<V>(reinterpret_cast<I>(z[corner + k / 2 * 4 + k % 2]) ^ flip);
    const V extreme = reinterpret_cast<V>(reinterpret_cast<I>(window_maximum(key, argmax)) ^ flip);
    argmax = sign == V{} ? I{} : argmax;
    return sign == V{} ? z[corner] : extreme;
}

/// The part of y that a tile gives, in a blocked image whose next row is `stride` floats away: of the tile's windows,
/// or values, rows x columns are inside the image.
struct TileOfY {
    int rows, columns;
    Index stride;

    TN_INLINE bool has(int row, int column) const { return row < rows && column < columns; }
    TN_INLINE Index at(int row, int column) const { return Index{row} * stride + Index{column} * lanes; }
};

/// Stores the z at the argmax of every window.
TN_INLINE void store_argmax_z(const V (&z)[tile_size], V sign, const TileOfY& of_y, float* argmax_z) {
    TN_UNROLL for (int i = 0; i < 4; ++i) {
        if (!of_y.has(i / 2, i % 2)) continue;
        I argmax;
        store(argmax_z + of_y.at(i / 2, i % 2), z_at_argmax(z, i, sign, argmax));
    }
}

/// y of one tile.
template <bool Pool>
TN_INLINE void finish_tile(const V (&z)[tile_size], const BlockAffine& a, const Rectifier& rectify, const TileOfY& of_y,
                           float* y) {
    constexpr int side = Pool ? 2 : 4;
    TN_UNROLL for (int i = 0; i < side * side; ++i) {
        if (!of_y.has(i / side, i % side)) continue;
        I argmax;
        const V value = normalise(a.affine, Pool ? z_at_argmax(z, i, a.sign, argmax) : z[i]);
        store(y + of_y.at(i / side, i % side), rectify(value));
    }
}

/// dz of one tile from its part of dy; zero outside the image.
template <bool Pool>
TN_INLINE void gradient_tile(const V (&z)[tile_size], const BlockAffine& a, const GradientOf<V>& to_dz,
                             const Rectifier& rectify, const Inside& in, const TileOfY& of_y, const float* dy,
                             V (&dz)[tile_size]) {
    constexpr int side = Pool ? 2 : 4;
    TN_UNROLL for (int i = 0; i < side * side; ++i) {
        V g = of_y.has(i / side, i % side) ? load(dy + of_y.at(i / side, i % side)) : V{};
        if (Pool) {
            I argmax;
            const V from = z_at_argmax(z, i, a.sign, argmax);
            g = gradient_behind(rectify, a.affine, from, g);
            const int corner = i / 2 * 8 + i % 2 * 2;
            TN_UNROLL for (int k = 0; k < 4; ++k) {
                const int at = corner + k / 2 * 4 + k % 2;
                dz[at] = gradient(a.affine, to_dz, z[at], argmax == k ? g : V{});
            }
        } else {
            g = gradient_behind(rectify, a.affine, z[i], g);
            dz[i] = gradient(a.affine, to_dz, z[i], g);
        }
    }
    if (in.whole()) return;
    for (int i = 0; i < tile_size; ++i)
        if (i / 4 >= in.rows || i % 4 >= in.columns) dz[i] = V{};
}

}  // namespace tn::cpu::TN_ISA
#endif
