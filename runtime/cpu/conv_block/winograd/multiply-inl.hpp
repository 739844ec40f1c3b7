// The products of small matrices in Winograd's method: c [rows][width] = (c +) a [rows][depth] * b [depth][width], one
// value of `a` broadcast at a time, `width` one or two vectors.
#if defined(TN_CPU_CONV_BLOCK_WINOGRAD_MULTIPLY_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_WINOGRAD_MULTIPLY_INL
#undef TN_CPU_CONV_BLOCK_WINOGRAD_MULTIPLY_INL
#else
#define TN_CPU_CONV_BLOCK_WINOGRAD_MULTIPLY_INL
#endif

#include <type_traits>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// A factor: its element (row, depth) is at data[row * row_stride + depth * depth_stride].
struct LeftFactor {
    const float* data;
    Index row_stride, depth_stride;
};

#if TN_LANES == 16
inline constexpr int product_rows = 8;
#else
inline constexpr int product_rows = 4;
#endif

template <int Rows, int Vectors>
TN_INLINE void multiply_rows(const LeftFactor& a, int depth, const float* b, float* c, Index c_stride, bool add) {
    V sum[Rows][Vectors];
    TN_UNROLL for (int r = 0; r < Rows; ++r) TN_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] =
        add ? load(c + r * c_stride + v * lanes) : V{};
    const float* from = a.data;
    for (int d = 0; d < depth; ++d, from += a.depth_stride, b += Vectors * lanes) {
        V in[Vectors];
        TN_UNROLL for (int v = 0; v < Vectors; ++v) {
            in[v] = load(b + v * lanes);
            keep_in_register(in[v]);
        }
        TN_UNROLL for (int r = 0; r < Rows; ++r) {
            const V factor = broadcast(from[r * a.row_stride]);
            TN_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] += in[v] * factor;
        }
    }
    TN_UNROLL for (int r = 0; r < Rows; ++r) TN_UNROLL for (int v = 0; v < Vectors; ++v)
        store(c + r * c_stride + v * lanes, sum[r][v]);
}

template <int Vectors>
inline void multiply_vectors(LeftFactor a, int rows, int depth, const float* b, float* c, Index c_stride, bool add) {
    const auto some = [&]<int Rows>(std::integral_constant<int, Rows>) {
        multiply_rows<Rows, Vectors>(a, depth, b, c, c_stride, add);
        a.data += Rows * a.row_stride;
        c += Rows * c_stride;
        rows -= Rows;
    };
    while (rows >= product_rows) some(std::integral_constant<int, product_rows>{});
    if (product_rows > 4 && rows >= 4) some(std::integral_constant<int, 4>{});
    if (rows >= 2) some(std::integral_constant<int, 2>{});
    if (rows >= 1) some(std::integral_constant<int, 1>{});
}

/// `width` is lanes or 2 * lanes; the rows of b are `width` floats apart, those of c `c_stride`.
inline void multiply(const LeftFactor& a, int rows, int depth, const float* b, int width, float* c, Index c_stride,
                     bool add = false) {
    if (width == 2 * lanes)
        multiply_vectors<2>(a, rows, depth, b, c, c_stride, add);
    else
        multiply_vectors<1>(a, rows, depth, b, c, c_stride, add);
}

}  // namespace tn::cpu::TN_ISA
#endif
