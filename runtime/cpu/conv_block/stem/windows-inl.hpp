// z window by window from Winograd's F(2 x 2, 3 x 3), whose 16 products take the place of 36 and round no more than
// those.
#if defined(TN_CPU_CONV_BLOCK_STEM_WINDOWS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_STEM_WINDOWS_INL
#undef TN_CPU_CONV_BLOCK_STEM_WINDOWS_INL
#else
#define TN_CPU_CONV_BLOCK_STEM_WINDOWS_INL
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/batch_norm-inl.hpp"
#include "runtime/cpu/conv_block/stem/workspace-inl.hpp"
#include "runtime/cpu/simd/separable-inl.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// B' of F(2 x 2, 3 x 3): four inputs.
TN_INLINE void window_input_axis(const V (&d)[4], V (&t)[4]) {
    t[0] = d[0] - d[2];
    t[1] = d[1] + d[2];
    t[2] = d[2] - d[1];
    t[3] = d[1] - d[3];
}

/// The products' inputs of all windows in `columns` columns of a strip: [windows / lanes][channels][16][lanes].
inline void window_inputs(const StemWorkspace& ws, const Strip& strip, int columns, float* scratch) {
    const float* planes = scratch + ws.at.planes;
    float* to = scratch + ws.at.inputs;
    for (int row = 0; row < strip.rows; ++row)
        for (int j = 0; j < columns; j += lanes)
            for (int channel = 0; channel < ws.conv().channels; ++channel, to += patch_size * lanes)
                both_axes<4, 4>([](const V(&in)[4], V(&out)[4]) TN_INLINE_LAMBDA { window_input_axis(in, out); },
                                [&](int r, int q)
                                    TN_INLINE_LAMBDA { return load(planes + ws.plane(channel, 2 * row + r, q) + j); },
                                [&](int r, int q, V v) TN_INLINE_LAMBDA { store(to + (4 * r + q) * lanes, v); });
}

/// The weights of the products, G g G' for every filter and channel: [filters][channels][16]. A filter is multiplied by
/// the sign of its gamma, which is zero where gamma is: the largest of its values is then the largest behind the
/// normalisation, and the first where all of them become the same.
inline void window_weights(const StemWorkspace& ws, const float* weight, const float* gamma) {
    const ConvGeometry& c = ws.conv();
    float* to = ws.weights();
    for (int f = 0; f < c.filters; ++f) {
        const float sign = gamma_sign(gamma, f);
        for (int channel = 0; channel < c.channels; ++channel, weight += kernel_taps, to += patch_size) {
            float half[4][3];
            for (int k = 0; k < 3; ++k) {
                const float a = sign * weight[k], b = sign * weight[3 + k], d = sign * weight[6 + k];
                half[0][k] = a;
                half[1][k] = (a + d + b) * 0.5f;
                half[2][k] = (a + d - b) * 0.5f;
                half[3][k] = d;
            }
            for (int r = 0; r < 4; ++r) {
                const float a = half[r][0], b = half[r][1], d = half[r][2];
                to[4 * r] = a;
                to[4 * r + 1] = (a + d + b) * 0.5f;
                to[4 * r + 2] = (a + d - b) * 0.5f;
                to[4 * r + 3] = d;
            }
        }
    }
}

/// How the z of a filter that was multiplied by the sign of its gamma is normalised.
inline Affine signed_affine(const Affine& affine, float sign) {
    return {sign * affine.mean, std::abs(affine.scale), affine.shift};
}

/// z of a vector of windows from the products of their inputs and one filter's weights, each in all lanes.
template <int Channels>
TN_INLINE void window_values(const float* in, const V (&weights)[Channels * patch_size], V (&z)[4]) {
    V upper[4], lower[4];
    TN_UNROLL for (int q = 0; q < 4; ++q) {
        const auto product = [&](int channel, int r) TN_INLINE_LAMBDA {
            const int at = channel * patch_size + 4 * r + q;
            return load(in + at * lanes) * weights[at];
        };
        if (Channels == 1) {  // both sums in two instructions
            const V first = product(0, 1);
            V second = load(in + (8 + q) * lanes);
            keep_in_register(second);
            upper[q] = first + second * weights[8 + q];
            lower[q] = first - second * weights[8 + q];
        } else {
            V first = product(0, 1), second = product(0, 2);
            TN_UNROLL for (int c = 1; c < Channels; ++c) {
                first += product(c, 1);
                second += product(c, 2);
            }
            upper[q] = first + second;
            lower[q] = first - second;
        }
        TN_UNROLL for (int c = 0; c < Channels; ++c) {
            upper[q] += product(c, 0);
            lower[q] -= product(c, 3);
        }
    }
    const V both = upper[1] + upper[2], apart = upper[1] - upper[2];
    z[0] = upper[0] + both;
    z[1] = apart - upper[3];
    const V both_below = lower[1] + lower[2], apart_below = lower[1] - lower[2];
    z[2] = lower[0] + both_below;
    z[3] = apart_below - lower[3];
}

template <int Channels, class Take>
void each_window_of(const StemWorkspace& ws, const Strip& strip, int columns, float* scratch, const Take& take) {
    const float* from = ws.weights();
    for (int f = 0; f < ws.filters; ++f, from += Channels * patch_size) {
        V weights[Channels * patch_size];
        TN_UNROLL for (int i = 0; i < Channels * patch_size; ++i) weights[i] = broadcast(from[i]);
        const float* in = scratch + ws.at.inputs;
        for (int row = 0; row < strip.rows; ++row)
            for (int j = 0; j < columns; j += lanes, in += Channels * patch_size * lanes) {
                V z[4];
                window_values<Channels>(in, weights, z);
                take(f, row, j, z);
            }
    }
}

/// Passes z of every filter's windows in `columns` columns of a strip of x to take(f, row, column, z), row counted from
/// the strip's first.
template <class Take>
void each_window(const StemWorkspace& ws, const Strip& strip, int columns, const float* x, float* scratch,
                 const Take& take) {
    divide_columns(ws, strip, x, scratch);
    window_inputs(ws, strip, columns, scratch);
    switch (ws.conv().channels) {
        case 1: return each_window_of<1>(ws, strip, columns, scratch, take);
        case 2: return each_window_of<2>(ws, strip, columns, scratch, take);
        default: return each_window_of<3>(ws, strip, columns, scratch, take);
    }
}

}  // namespace tn::cpu::TN_ISA
#endif
