// Products of matrices of any orientation, on one thread.
#if defined(TN_CPU_PRODUCTS_MATRIX_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_PRODUCTS_MATRIX_INL
#undef TN_CPU_PRODUCTS_MATRIX_INL
#else
#define TN_CPU_PRODUCTS_MATRIX_INL
#endif

#include <algorithm>
#include <cstring>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/products/matrix_scratch.hpp"
#include "runtime/cpu/products/tile-inl.hpp"
#include "runtime/cpu/simd/blocked-inl.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

static_assert(panel <= matrix_panel && tile <= matrix_tile);

/// Element (r, c) is data[r * row + c * column].
struct Matrix {
    const float* data;
    Index row, column = 1;
};

/// The same as pack_columns() of a matrix whose rows are neighbours: by transposing.
inline void pack_transposed(const float* from, Index column, int depth, int count, int vectors, float* packed) {
    for (int v = 0; v < vectors; v += lanes)
        for (int i = 0; i < depth; i += lanes) {
            V block[lanes];
            const int left = std::min(lanes, depth - i);
            TN_UNROLL for (int c = 0; c < lanes; ++c) block[c] =
                v + c < count ? load_partial(from + (v + c) * column + i, left) : V{};
            transpose(block);
            for (int k = 0; k < left; ++k) store(packed + Index{i + k} * vectors + v, block[k]);
        }
}

/// `depth` rows from k on of up to a panel of columns of b: [depth][vectors], 0 beyond the last column.
inline void pack_columns(const Matrix& b, Index k, int depth, Index first, int count, int vectors, float* packed) {
    if (b.row == 1 && b.column != 1)
        return pack_transposed(b.data + k + first * b.column, b.column, depth, count, vectors, packed);
    for (int i = 0; i < depth; ++i, packed += vectors) {
        const float* from = b.data + (k + i) * b.row + first * b.column;
        if (b.column == 1)
            for (int v = 0; v < vectors; v += lanes) store(packed + v, load_partial(from + v, count - v));
        else
            for (int v = 0; v < vectors; ++v) packed[v] = v < count ? from[v * b.column] : 0.0f;
    }
}

/// `count` rows of a, up to a tile of them, from k on: [depth][tile], 0 beyond the last row.
inline void pack_rows(const Matrix& a, Index first, int count, Index k, int depth, float* packed) {
    const float* from = a.data + first * a.row + k * a.column;
    for (int i = 0; i < depth; ++i, from += a.column, packed += tile) {
        if (a.row == 1 && count == tile)
            std::memcpy(packed, from, sizeof(float) * tile);
        else
            for (int t = 0; t < tile; ++t) packed[t] = t < count ? from[t * a.row] : 0.0f;
    }
}

/// Floats of a packed row of up to a panel of columns: whole vectors.
TN_INLINE int vectors_of(int columns) { return (std::min(panel, columns) + lanes - 1) / lanes * lanes; }

/// c [rows][columns], whose rows are c_row apart, = (c +) a [rows][depth] * b [depth][columns]. `scratch` has room for
/// matrix_scratch floats, or, where the columns of a are neighbours, for matrix_panel floats for each row of the depth,
/// of which matrix_depth are packed at a time, times `panels`: so many are packed together where the depth is not more,
/// so that rows of c which are far apart are gone through in longer pieces.
inline void multiply_matrices(const Matrix& a, const Matrix& b, int rows, int columns, int depth, float* c, Index c_row,
                              bool add, float* scratch, int panels = 1) {
    float* packed = scratch;
    const int together = depth <= matrix_depth ? panels : 1;
    const Index packed_panel = Index{std::min(matrix_depth, depth)} * panel;
    for (int first = 0; first < columns; first += together * panel) {
        const int count = std::min(together * panel, columns - first);
        for (int k = 0; k < depth; k += matrix_depth) {
            const int own = std::min(matrix_depth, depth - k);
            for (int at = 0; at < count; at += panel)
                pack_columns(b, k, own, first + at, std::min(panel, count - at), vectors_of(count - at),
                             packed + at / panel * packed_panel);
            for (int r = 0; r < rows; r += tile) {
                const int here = std::min(tile, rows - r);
                const auto multiply = [&](const auto& weights) {
                    for (int at = 0; at < count; at += panel)
                        multiply_panel(weights, packed + at / panel * packed_panel, vectors_of(count - at), own, here,
                                       std::min(panel, count - at), c + r * c_row + first + at, c_row, add || k > 0);
                };
                if (a.column == 1) {
                    RowsOfTile of_tile;  // beyond the last row the last one's again
                    for (int i = 0; i < tile; ++i) of_tile.next[i] = a.data + std::min(r + i, rows - 1) * a.row + k;
                    multiply(of_tile);
                    continue;
                }
                float* of_rows = scratch + matrix_depth * matrix_panel;
                pack_rows(a, r, here, k, own, of_rows);
                multiply(PackedTile{of_rows});
            }
        }
    }
}

}  // namespace tn::cpu::TN_ISA
#endif
