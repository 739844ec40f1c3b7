// Winograd's minimal filtering F(4 x 4, 3 x 3): 36 products give 16 outputs of a 3 x 3 kernel, instead of 144.
// Lavin and Gray, "Fast algorithms for convolutional neural networks", 2016, section 4.3, whose names these are:
// Y = A' [(G g G') . (B' d B)] A. The gradients are the transposed maps: dd = B [..] B', dg = G' [..] G.
#if defined(TN_CPU_CONV_BLOCK_WINOGRAD_TRANSFORMS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_WINOGRAD_TRANSFORMS_INL
#undef TN_CPU_CONV_BLOCK_WINOGRAD_TRANSFORMS_INL
#else
#define TN_CPU_CONV_BLOCK_WINOGRAD_TRANSFORMS_INL
#endif

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/winograd/plan.hpp"
#include "runtime/cpu/simd/separable-inl.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// B': six inputs.
TN_INLINE void input_axis(const V (&d)[6], V (&t)[6]) {
    const V a = d[4] - d[2] * 4.0f, b = d[3] - d[1] * 4.0f, e = d[4] - d[2], f = (d[3] - d[1]) * 2.0f;
    t[0] = d[0] * 4.0f - d[2] * 5.0f + d[4];
    t[1] = a + b;
    t[2] = a - b;
    t[3] = e + f;
    t[4] = e - f;
    t[5] = d[1] * 4.0f - d[3] * 5.0f + d[5];
}

/// B: from the gradients of six products to those of six inputs.
TN_INLINE void input_gradient_axis(const V (&t)[6], V (&d)[6]) {
    const V s12 = t[1] + t[2], s34 = t[3] + t[4], d12 = t[1] - t[2], d34 = t[3] - t[4];
    d[0] = t[0] * 4.0f;
    d[1] = t[5] * 4.0f - d12 * 4.0f - d34 * 2.0f;
    d[2] = -5.0f * t[0] - s12 * 4.0f - s34;
    d[3] = d12 + d34 * 2.0f - t[5] * 5.0f;
    d[4] = t[0] + s12 + s34;
    d[5] = t[5];
}

/// A': four outputs.
TN_INLINE void output_axis(const V (&m)[6], V (&y)[4]) {
    const V s12 = m[1] + m[2], s34 = m[3] + m[4], d12 = m[1] - m[2], d34 = m[3] - m[4];
    y[0] = m[0] + s12 + s34;
    y[1] = d12 + d34 * 2.0f;
    y[2] = s12 + s34 * 4.0f;
    y[3] = d12 + d34 * 8.0f + m[5];
}

/// A: from the gradients of four outputs to those of six products.
TN_INLINE void output_gradient_axis(const V (&y)[4], V (&m)[6]) {
    const V even_1 = y[0] + y[2], odd_1 = y[1] + y[3], even_2 = y[0] + y[2] * 4.0f, odd_2 = y[1] * 2.0f + y[3] * 8.0f;
    m[0] = y[0];
    m[1] = even_1 + odd_1;
    m[2] = even_1 - odd_1;
    m[3] = even_2 + odd_2;
    m[4] = even_2 - odd_2;
    m[5] = y[3];
}

/// G: three weights.
TN_INLINE void weight_axis(const V (&g)[3], V (&u)[6]) {
    const V outer = (g[0] + g[2]) * (-1.0f / 6), inner = g[1] * (1.0f / 6);
    const V far_outer = g[0] * (1.0f / 24) + g[2] * (1.0f / 6), far_inner = g[1] * (1.0f / 12);
    u[0] = g[0] * 0.25f;
    u[1] = outer - inner;
    u[2] = outer + inner;
    u[3] = far_outer + far_inner;
    u[4] = far_outer - far_inner;
    u[5] = g[2];
}

/// G': from the gradients of six products to those of three weights.
TN_INLINE void weight_gradient_axis(const V (&u)[6], V (&g)[3]) {
    const V s12 = u[1] + u[2], s34 = u[3] + u[4];
    g[0] = u[0] * 0.25f - s12 * (1.0f / 6) + s34 * (1.0f / 24);
    g[1] = (u[2] - u[1]) * (1.0f / 6) + (u[3] - u[4]) * (1.0f / 12);
    g[2] = (s34 - s12) * (1.0f / 6) + u[5];
}

/// The inputs of the 36 products of one tile and block of channels: `d` is the tile's upper left corner in a packed
/// image, `t` the first frequency, `stride` floats from the next.
inline void input_tile(const float* d, int packed_columns, float* t, Index stride) {
    const Index row = Index{packed_columns} * lanes;
    both_axes<6, 6>([](const V(&in)[6], V(&out)[6]) TN_INLINE_LAMBDA { input_axis(in, out); },
                    [&](int r, int c) TN_INLINE_LAMBDA { return load(d + r * row + c * lanes); },
                    [&](int r, int c, V v) TN_INLINE_LAMBDA { store(t + (6 * r + c) * stride, v); });
}

/// Adds the gradients of a tile's inputs to the packed image at `d`.
inline void input_gradient_tile(const float* t, Index stride, float* d, int packed_columns) {
    const Index row = Index{packed_columns} * lanes;
    both_axes<6, 6>([](const V(&in)[6], V(&out)[6]) TN_INLINE_LAMBDA { input_gradient_axis(in, out); },
                    [&](int r, int c) TN_INLINE_LAMBDA { return load(t + (6 * r + c) * stride); },
                    [&](int r, int c, V v) TN_INLINE_LAMBDA {
                        float* at = d + r * row + c * lanes;
                        store(at, load(at) + v);
                    });
}

/// z of one tile from its products.
TN_INLINE void output_tile(const float* m, Index stride, V (&z)[tile_size]) {
    both_axes<6, 4>([](const V(&in)[6], V(&out)[4]) TN_INLINE_LAMBDA { output_axis(in, out); },
                    [&](int r, int c) TN_INLINE_LAMBDA { return load(m + (6 * r + c) * stride); },
                    [&](int r, int c, V v) TN_INLINE_LAMBDA { z[4 * r + c] = v; });
}

/// The gradients of a tile's products from those of its outputs.
TN_INLINE void output_gradient_tile(const V (&dz)[tile_size], float* m, Index stride) {
    both_axes<4, 6>([](const V(&in)[4], V(&out)[6]) TN_INLINE_LAMBDA { output_gradient_axis(in, out); },
                    [&](int r, int c) TN_INLINE_LAMBDA { return dz[4 * r + c]; },
                    [&](int r, int c, V v) TN_INLINE_LAMBDA { store(m + (6 * r + c) * stride, v); });
}

/// The 36 values of `lanes` kernels; g [9][lanes].
inline void weight_tile(const float* g, float* u, Index stride) {
    both_axes<3, 6>([](const V(&in)[3], V(&out)[6]) TN_INLINE_LAMBDA { weight_axis(in, out); },
                    [&](int r, int c) TN_INLINE_LAMBDA { return load(g + (3 * r + c) * lanes); },
                    [&](int r, int c, V v) TN_INLINE_LAMBDA { store(u + (6 * r + c) * stride, v); });
}

/// Adds the gradients of `lanes` kernels to g [9][lanes].
inline void weight_gradient_tile(const float* u, Index stride, float* g) {
    both_axes<6, 3>([](const V(&in)[6], V(&out)[3]) TN_INLINE_LAMBDA { weight_gradient_axis(in, out); },
                    [&](int r, int c) TN_INLINE_LAMBDA { return load(u + (6 * r + c) * stride); },
                    [&](int r, int c, V v) TN_INLINE_LAMBDA {
                        float* at = g + (3 * r + c) * lanes;
                        store(at, load(at) + v);
                    });
}

}  // namespace tn::cpu::TN_ISA
#endif
