// Products of packed weights and gathered columns: register tiles of output channels x vectors of columns.
#if defined(TN_CPU_CONV_BLOCK_PRODUCT_MULTIPLY_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_PRODUCT_MULTIPLY_INL
#undef TN_CPU_CONV_BLOCK_PRODUCT_MULTIPLY_INL
#else
#define TN_CPU_CONV_BLOCK_PRODUCT_MULTIPLY_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/direct/convolve-inl.hpp"
#include "runtime/cpu/conv_block/product/columns-inl.hpp"
#include "runtime/cpu/conv_block/product/layout.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// Columns of a register tile.
inline constexpr int panel = tile_vectors * lanes;
static_assert(panel <= product_columns && product_columns % panel == 0 && tile <= product_tile);

/// The weights of output channels: packed [tiles][depth][tile], or, where `rows` is not 0, as they are,
/// [channels][rows]: packing pays where they are read more than once.
struct ProductWeights {
    const float* data;
    Index rows = 0;
};

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

/// c [rows][columns] = (c +) weights [rows][depth] * columns [depth][panel].
template <int C, class Weights>
void multiply_tile(Weights weights, const float* columns, int depth, int rows, int count, float* c, Index c_row,
                   bool add) {
    V acc[tile][C];
    TN_UNROLL for (int r = 0; r < tile; ++r) TN_UNROLL for (int v = 0; v < C; ++v) acc[r][v] = V{};
    for (int k = 0; k < depth; ++k, weights.step(), columns += panel) {
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
void multiply_panel(const Weights& weights, const float* columns, int depth, int rows, int count, float* c, Index c_row,
                    bool add) {
    if (count > 2 * lanes)
        multiply_tile<tile_vectors>(weights, columns, depth, rows, count, c, c_row, add);
    else if (count > lanes)
        multiply_tile<2>(weights, columns, depth, rows, count, c, c_row, add);
    else
        multiply_tile<1>(weights, columns, depth, rows, count, c, c_row, add);
}

/// The results of a group for the tiles of output channels in `tiles`: c [channels][columns of the group], `c_row`
/// floats from one channel to the next. `gathered` has room for ProductWork::gathered() floats.
inline void multiply_group(const ColumnSource& source, const ColumnGroups& groups, int group,
                           const ProductWeights& weights, int channels, Range tiles, float* gathered, float* c,
                           Index c_row) {
    const int depth = source.grid.taps() * source.channels, block = depth_block(depth);
    const int columns = groups.samples_of(group) * (groups.end(group) - groups.begin(group));
    for (int k = 0; k < depth; k += block) {
        const int rows = std::min(block, depth - k);
        for (int first = 0; first < columns; first += panel)
            gather(source, groups, group, first, std::min(columns, first + panel), k, rows, panel,
                   gathered + Index{first} * rows);
        for (int t = tiles.first; t < tiles.last; ++t) {
            const int filters = std::min(tile, channels - t * tile);
            for (int first = 0; first < columns; first += panel) {
                const int count = std::min(panel, columns - first);
                const float* in = gathered + Index{first} * rows;
                float* to = c + Index{t} * tile * c_row + first;
                if (weights.rows == 0) {
                    multiply_panel(PackedTile{weights.data + (Index{t} * depth + k) * tile}, in, rows, filters, count,
                                   to, c_row, k > 0);
                    continue;
                }
                RowsOfTile of_tile;  // beyond the last channel the last one's again
                for (int r = 0; r < tile; ++r)
                    of_tile.next[r] = weights.data + std::min(t * tile + r, channels - 1) * weights.rows + k;
                multiply_panel(of_tile, in, rows, filters, count, to, c_row, k > 0);
            }
        }
    }
}

}  // namespace tn::cpu::TN_ISA
#endif
