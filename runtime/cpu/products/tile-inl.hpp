// Products of matrices in registers: tiles of rows x vectors of columns.
#if defined(TN_CPU_PRODUCTS_TILE_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_PRODUCTS_TILE_INL
#undef TN_CPU_PRODUCTS_TILE_INL
#else
#define TN_CPU_PRODUCTS_TILE_INL
#endif

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/direct/convolve-inl.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// Columns of a register tile.
inline constexpr int panel = tile_vectors * lanes;

/// A tile's weights for one row of the depth after another.
struct PackedTile {
    const float* next;
    TN_INLINE float operator[](int r) const { return next[r]; }
    TN_INLINE void step() { next += tile; }
};
struct RowsOfTile {
    const float* next[tile];
    TN_INLINE float operator[](int r) const { return *next[r]; }
    TN_INLINE void step() { TN_UNROLL for (int r = 0; r < tile; ++r)++ next[r]; }
};

/// c [rows][count] = (c +) weights [rows][depth] * columns [depth][C * lanes], whose rows are `row` floats apart.
template <int C, class Weights>
void multiply_tile(Weights weights, const float* columns, Index row, int depth, int rows, int count, float* c,
                   Index c_row, bool add) {
    V acc[tile][C];
    TN_UNROLL for (int r = 0; r < tile; ++r) TN_UNROLL for (int v = 0; v < C; ++v) acc[r][v] = V{};
    for (int k = 0; k < depth; ++k, weights.step(), columns += row) {
        V x[C];
        TN_UNROLL for (int v = 0; v < C; ++v) x[v] = load(columns + v * lanes);
        TN_UNROLL for (int r = 0; r < tile; ++r) {
            const V b = broadcast(weights[r]);
            TN_UNROLL for (int v = 0; v < C; ++v) acc[r][v] += x[v] * b;
        }
    }
    if (rows == tile && count == C * lanes) {
        if (add)
            TN_UNROLL for (int r = 0; r < tile; ++r) TN_UNROLL for (int v = 0; v < C; ++v) acc[r][v] +=
                load(c + r * c_row + v * lanes);
        TN_UNROLL for (int r = 0; r < tile; ++r) TN_UNROLL for (int v = 0; v < C; ++v)
            store(c + r * c_row + v * lanes, acc[r][v]);
        return;
    }
    float all[tile][C * lanes];
    TN_UNROLL for (int r = 0; r < tile; ++r) TN_UNROLL for (int v = 0; v < C; ++v) store(all[r] + v * lanes, acc[r][v]);
    for (int r = 0; r < rows; ++r)
        for (int i = 0; i < count; ++i) c[r * c_row + i] = (add ? c[r * c_row + i] : 0.0f) + all[r][i];
}

/// The same for any number of columns up to a panel.
template <class Weights>
void multiply_panel(const Weights& weights, const float* columns, Index row, int depth, int rows, int count, float* c,
                    Index c_row, bool add) {
    if (count > 2 * lanes)
        multiply_tile<tile_vectors>(weights, columns, row, depth, rows, count, c, c_row, add);
    else if (count > lanes)
        multiply_tile<2>(weights, columns, row, depth, rows, count, c, c_row, add);
    else
        multiply_tile<1>(weights, columns, row, depth, rows, count, c, c_row, add);
}

}  // namespace tn::cpu::TN_ISA
#endif
