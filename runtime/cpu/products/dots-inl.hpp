// Products of matrices whose rows are both contiguous along the depth, as scalar products: for few columns, where tiles
// of them would leave most of a vector empty.
#if defined(TN_CPU_PRODUCTS_DOTS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_PRODUCTS_DOTS_INL
#undef TN_CPU_PRODUCTS_DOTS_INL
#else
#define TN_CPU_PRODUCTS_DOTS_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// Rows of weights, and of what they are multiplied by, that stand in registers.
inline constexpr int dot_rows = 4, dot_columns = 4;

/// A matrix [rows][row], of which a part of every row is read.
struct DotRows {
    const float* data;
    Index row;
    const float* operator[](int r) const { return data + r * row; }
};

/// c [rows][C], c_row floats apart, = (c +) weights [rows][depth] * x [C][depth] transposed. Reads row 0 in place of
/// those from `rows` on.
template <int R, int C>
void multiply_dots(DotRows weights, DotRows x, int depth, int rows, float* c, Index c_row, bool add) {
    const float *of_row[R], *of_column[C];
    for (int r = 0; r < R; ++r) of_row[r] = weights[r < rows ? r : 0];
    for (int s = 0; s < C; ++s) of_column[s] = x[s];
    constexpr int summed = C == 3 ? 4 : C;  // as many vectors as are summed together, a power of 2
    V acc[R][summed];
    TN_UNROLL for (int r = 0; r < R; ++r) TN_UNROLL for (int s = 0; s < summed; ++s) acc[r][s] = V{};
    int k = 0;
    for (; k + lanes <= depth; k += lanes) {
        V in[C];
        TN_UNROLL for (int s = 0; s < C; ++s) in[s] = load(of_column[s] + k);
        TN_UNROLL for (int r = 0; r < R; ++r) {
            const V w = load(of_row[r] + k);
            TN_UNROLL for (int s = 0; s < C; ++s) acc[r][s] += w * in[s];
        }
    }
    if (const int rest = depth - k; rest > 0)
        for (int r = 0; r < R; ++r) {
            const V w = load_partial(of_row[r] + k, rest);
            for (int s = 0; s < C; ++s) acc[r][s] += w * load_partial(of_column[s] + k, rest);
        }
    for (int r = 0; r < std::min(R, rows); ++r) {
        const V sums = horizontal_sums<summed>(acc[r]);
        for (int s = 0; s < C; ++s) c[r * c_row + s] = (add ? c[r * c_row + s] : 0.0f) + sums[s];
    }
}

/// The same for any number of columns.
inline void multiply_dots(DotRows weights, DotRows x, int columns, int depth, int rows, float* c, Index c_row,
                          bool add) {
    for (int r = 0; r < rows; r += dot_rows, weights.data += dot_rows * weights.row, c += dot_rows * c_row) {
        const int here = std::min(dot_rows, rows - r);
        int s = 0;
        for (; s + dot_columns <= columns; s += dot_columns)
            multiply_dots<dot_rows, dot_columns>(weights, {x[s], x.row}, depth, here, c + s, c_row, add);
        const DotRows rest{x[s], x.row};
        if (columns - s == 3) multiply_dots<dot_rows, 3>(weights, rest, depth, here, c + s, c_row, add);
        if (columns - s == 2) multiply_dots<dot_rows, 2>(weights, rest, depth, here, c + s, c_row, add);
        if (columns - s == 1) multiply_dots<dot_rows, 1>(weights, rest, depth, here, c + s, c_row, add);
    }
}

}  // namespace tn::cpu::TN_ISA
#endif
