// From dy to dz: through max pooling, ReLU and normalisation in one pass.
#if defined(TN_CPU_CONV_BLOCK_DIRECT_DZ_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_DIRECT_DZ_INL
#undef TN_CPU_CONV_BLOCK_DIRECT_DZ_INL
#else
#define TN_CPU_CONV_BLOCK_DIRECT_DZ_INL
#endif

#include <cstring>

#include "dsl/core/conv_geometry.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/affine-inl.hpp"
#include "runtime/cpu/conv_block/argmax-inl.hpp"
#include "runtime/cpu/conv_block/batch_norm-inl.hpp"
#include "runtime/cpu/conv_block/direct/finish-inl.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// Adds up g and g * (z - mean) over `count` outputs that came from z.
inline void add_gradient_sums(const float* z, const float* dy, const Affine& affine, const Rectifier& rectify,
                              int count, V& sum_g, V& sum_gz) {
    for (int i = 0; i < count; i += lanes) {
        const V from = load_partial(z + i, count - i);
        V g = load_partial(dy + i, count - i);
        g = gradient_behind(rectify, affine, from, g);
        sum_g += g;
        // Beyond the last output g is zero, and the mean is finite.
        sum_gz += g * (from - broadcast(affine.mean));
    }
}

/// dz of `count` values of a row whose gradient is dy, or zero where dy is null.
inline void dz_row(const float* z, const float* dy, const Channel& channel, const Rectifier& rectify, int count,
                   float* dz) {
    for (int i = 0; i < count; i += lanes) {
        const V from = load_partial(z + i, count - i);
        V g = dy ? load_partial(dy + i, count - i) : V{};
        g = gradient_behind(rectify, channel.affine, from, g);
        store_partial(dz + i, gradient(channel.affine, channel.to_dz, from, g), count - i);
    }
}

/// dz of two rows that are pooled 2 x 2, from a row of dy.
inline void dz_2x2(const float* z0, const float* z1, const float* dy, const Channel& channel, const Rectifier& rectify,
                   int count, float* dz0, float* dz1) {
    const auto& [affine, to_dz] = channel;
    for (int i = 0; i < count; i += lanes, z0 += 2 * lanes, z1 += 2 * lanes, dz0 += 2 * lanes, dz1 += 2 * lanes) {
        const V a = load(z0), b = load(z0 + lanes), c = load(z1), d = load(z1 + lanes);
        const V z[4] = {even(a, b), odd(a, b), even(c, d), odd(c, d)};
        V maximum = normalise(affine, z[0]);
        I argmax{};
        TN_UNROLL for (int k = 1; k < 4; ++k) {
            const V next = normalise(affine, z[k]);
            const auto replace = replaces(next, maximum);
            maximum = replace ? next : maximum;
            argmax = replace ? I{} + k : argmax;
        }
        V g = load_partial(dy + i, count - i);
        g = rectify.gradient(maximum, g);
        V out[4];
        TN_UNROLL for (int k = 0; k < 4; ++k) out[k] = gradient(affine, to_dz, z[k], argmax == k ? g : V{});
        const int left = 2 * (count - i);
        store_partial(dz0, interleave_low(out[0], out[1]), left);
        store_partial(dz1, interleave_low(out[2], out[3]), left);
        if (left > lanes) {
            store_partial(dz0 + lanes, interleave_high(out[0], out[1]), left - lanes);
            store_partial(dz1 + lanes, interleave_high(out[2], out[3]), left - lanes);
        }
    }
}

/// A plane of z and the one that dz goes to, which may be the same: floats from one row to the next of each. `g` is
/// scratch like dz, or dz itself where z is another.
struct PlaneOfZ {
    const float* z;
    int z_row;
    float *g, *dz;
    int dz_row;
};

/// dz_plane() where windows of 2 x 2 are pooled.
inline void dz_plane_2x2(const BlockGeometry& b, const PlaneOfZ& p, const float* dy, const Channel& channel) {
    const Rectifier rectify(b), none(BlockGeometry{});
    const int rows = b.conv.out_h(), columns = b.conv.out_w(), width = b.y_w();
    for (int r = 0; r < b.y_h(); ++r) {
        const float* from = p.z + 2 * r * p.z_row;
        float* to = p.dz + 2 * r * p.dz_row;
        dz_2x2(from, from + p.z_row, dy + r * width, channel, rectify, width, to, to + p.dz_row);
        if (columns % 2 != 0) {
            dz_row(from + columns - 1, nullptr, channel, none, 1, to + columns - 1);
            dz_row(from + p.z_row + columns - 1, nullptr, channel, none, 1, to + p.dz_row + columns - 1);
        }
    }
    if (rows % 2 != 0)
        dz_row(p.z + (rows - 1) * p.z_row, nullptr, channel, none, columns, p.dz + (rows - 1) * p.dz_row);
}

/// dz_plane() where windows of any size and stride are pooled: they may overlap, so g is gathered first.
inline void dz_plane_windows(const BlockGeometry& b, const PlaneOfZ& p, const float* dy, const Channel& channel) {
    const Rectifier rectify(b), none(BlockGeometry{});
    const int rows = b.conv.out_h(), columns = b.conv.out_w(), width = b.y_w();
    for (int r = 0; r < rows; ++r) std::memset(p.g + r * p.dz_row, 0, sizeof(float) * columns);
    for (int r = 0; r < b.y_h(); ++r)
        for (int i = 0; i < width; ++i) {
            float maximum;
            const float* window = p.z + r * b.pool_stride * p.z_row + i * b.pool_stride;
            const int argmax = window_argmax(window, p.z_row, b.pool_window, channel.affine, maximum);
            if (rectify.lets_through(maximum))
                p.g[(r * b.pool_stride + argmax / p.z_row) * p.dz_row + i * b.pool_stride + argmax % p.z_row] +=
                    dy[r * width + i];
        }
    for (int r = 0; r < rows; ++r)
        dz_row(p.z + r * p.z_row, p.g + r * p.dz_row, channel, none, columns, p.dz + r * p.dz_row);
}

/// dz of one channel of one sample from z, which is not read if y is z, and dy; margins of dz are left alone.
inline void dz_plane(const BlockGeometry& b, const PlaneOfZ& p, const float* dy, const Channel& channel) {
    const int rows = b.conv.out_h(), columns = b.conv.out_w();
    if (b.z_is_y()) {
        for (int r = 0; r < rows; ++r) std::memcpy(p.dz + r * p.dz_row, dy + r * columns, sizeof(float) * columns);
        return;
    }
    if (b.pool_window == 2 && b.pool_stride == 2) return dz_plane_2x2(b, p, dy, channel);
    if (b.pool()) return dz_plane_windows(b, p, dy, channel);
    if (p.z_row == columns && p.dz_row == columns) return dz_row(p.z, dy, channel, Rectifier(b), rows * columns, p.dz);
    for (int r = 0; r < rows; ++r)
        dz_row(p.z + r * p.z_row, dy + r * columns, channel, Rectifier(b), columns, p.dz + r * p.dz_row);
}

}  // namespace tn::cpu::TN_ISA
#endif
