// Products of packed weights and gathered columns.
#if defined(TN_CPU_CONV_BLOCK_PRODUCT_MULTIPLY_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_PRODUCT_MULTIPLY_INL
#undef TN_CPU_CONV_BLOCK_PRODUCT_MULTIPLY_INL
#else
#define TN_CPU_CONV_BLOCK_PRODUCT_MULTIPLY_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/product/columns-inl.hpp"
#include "runtime/cpu/conv_block/product/layout.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/products/dots-inl.hpp"
#include "runtime/cpu/products/tile-inl.hpp"

namespace tn::cpu::TN_ISA {

static_assert(panel <= product_columns && product_columns % panel == 0 && tile <= product_tile);

/// The weights of output channels: packed [tiles][depth][tile], or, where `rows` is not 0, as they are,
/// [channels][rows]: packing pays where they are read more than once.
struct ProductWeights {
    const float* data;
    Index rows = 0;
};

/// multiply_group() where the columns of the batch are few.
inline void multiply_few_columns(const ColumnSource& source, const ColumnGroups& groups, int columns,
                                 const ProductWeights& weights, int channels, Range tiles, float* gathered, float* c,
                                 Index c_row) {
    const int depth = source.grid.taps() * source.channels, first = tiles.first * tile;
    for (int k = 0; k < depth; k += few_depth) {
        const int rows = std::min(few_depth, depth - k);
        gather_apart(source, groups, columns, k, rows, gathered);
        multiply_dots({weights.data + first * weights.rows + k, weights.rows}, {gathered, rows}, columns, rows,
                      std::min(tiles.last * tile, channels) - first, c + first * c_row, c_row, k > 0);
    }
}

/// The results of a group for the tiles of output channels in `tiles`: c [channels][columns of the group], `c_row`
/// floats from one channel to the next. `gathered` has room for ProductWork::gathered() floats.
inline void multiply_group(const ColumnSource& source, const ColumnGroups& groups, int group,
                           const ProductWeights& weights, int channels, Range tiles, float* gathered, float* c,
                           Index c_row) {
    const int depth = source.grid.taps() * source.channels, block = depth_block(depth);
    const int columns = groups.samples_of(group) * (groups.end(group) - groups.begin(group));
    if (weights.rows != 0 && has_few_columns(depth, columns))
        return multiply_few_columns(source, groups, columns, weights, channels, tiles, gathered, c, c_row);
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
                    multiply_panel(PackedTile{weights.data + (Index{t} * depth + k) * tile}, in, panel, rows, filters,
                                   count, to, c_row, k > 0);
                    continue;
                }
                RowsOfTile of_tile;  // beyond the last channel the last one's again
                for (int r = 0; r < tile; ++r)
                    of_tile.next[r] = weights.data + std::min(t * tile + r, channels - 1) * weights.rows + k;
                multiply_panel(of_tile, in, panel, rows, filters, count, to, c_row, k > 0);
            }
        }
    }
}

}  // namespace tn::cpu::TN_ISA
#endif
