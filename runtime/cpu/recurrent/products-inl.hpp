// Products of matrices whose columns lie in rows of whole vectors, as the passes of a GRU or LSTM have them.
#if defined(TN_CPU_RECURRENT_PRODUCTS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_RECURRENT_PRODUCTS_INL
#undef TN_CPU_RECURRENT_PRODUCTS_INL
#else
#define TN_CPU_RECURRENT_PRODUCTS_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/products/tile-inl.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// The rows first .. first + tile - 1 of a matrix whose element (r, k) is data[r * row + k * column]; those from the
/// `count`-th of the matrix on are its last one.
struct RowsOfMatrix {
    const float* next[tile];
    Index column;

    RowsOfMatrix(const float* data, Index row, Index column, int first, int count) : column(column) {
        for (int r = 0; r < tile; ++r) next[r] = data + std::min(first + r, count - 1) * row;
    }
    TN_INLINE float operator[](int r) const { return *next[r]; }
    TN_INLINE void step() { TN_UNROLL for (int r = 0; r < tile; ++r) next[r] += column; }
};

/// A product's right side: [depth][columns], whose rows are `row` floats apart and are read by whole vectors.
struct Columns {
    const float* data;
    Index row;
    int count;
};

/// c [rows][columns], whose rows are c_row floats apart, = (c +) a tile of `rows` rows [depth] * columns.
inline void multiply_columns(const RowsOfMatrix& tile_of_rows, int rows, int depth, const Columns& columns, float* c,
                             Index c_row, bool add) {
    for (int first = 0; first < columns.count; first += panel)
        multiply_panel(tile_of_rows, columns.data + first, columns.row, depth, rows,
                       std::min(panel, columns.count - first), c + first, c_row, add);
}

}  // namespace tn::cpu::TN_ISA
#endif
