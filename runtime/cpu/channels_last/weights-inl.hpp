// The weights of a convolution in the order in which rows are multiplied by them, with the normalisation in them.
#if defined(TN_CPU_CHANNELS_LAST_WEIGHTS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CHANNELS_LAST_WEIGHTS_INL
#undef TN_CPU_CHANNELS_LAST_WEIGHTS_INL
#else
#define TN_CPU_CHANNELS_LAST_WEIGHTS_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/channels_last/plan.hpp"
#include "runtime/cpu/conv_block/batch_norm-inl.hpp"
#include "runtime/cpu/conv_block/direct/convolve-inl.hpp"
#include "runtime/cpu/simd/blocked-inl.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// The filters of a convolution in panels of up to tile_vectors vectors, as even as can be.
struct Panels {
    int filters, vectors, count;

    explicit Panels(int filters)
        : filters(filters),
          vectors((filters + lanes - 1) / lanes),
          count((vectors + tile_vectors - 1) / tile_vectors) {}
    int first_vector(int panel) const { return panel * vectors / count; }
    int vectors_of(int panel) const { return first_vector(panel + 1) - first_vector(panel); }
};

/// What a filter is times, and what is added to it: y = weight * scale x + shift.
struct ScaleAndShift {
    float scale, shift;

    ScaleAndShift(const BlockGeometry& block, const ConvInfer& pass, int f) {
        const Affine affine = running_affine(block, pass, f);
        scale = affine.scale;
        shift = affine.shift - affine.mean * affine.scale;
    }
};

/// The scales of `count` filters from `first` on; to `shifts` goes what is added. Behind them zeros.
inline V scales_of(const BlockGeometry& block, const ConvInfer& pass, int first, int count, float* shifts) {
    V scale{};
    for (int f = 0; f < lanes; ++f) shifts[f] = 0;
    for (int f = 0; f < count; ++f) {
        const ScaleAndShift of(block, pass, first + f);
        scale[f] = of.scale;
        shifts[f] = of.shift;
    }
    return scale;
}

/// A vector of filters: packed [taps][channels][lanes], from weight [filters][channels][taps]; zeros behind the last
/// filter.
inline void pack_filters(const BlockGeometry& block, const ConvInfer& pass, int vector, Index row, float* packed,
                         float* shifts) {
    const ConvGeometry& c = block.conv;
    const int first = vector * lanes, count = std::min(lanes, c.filters - first), taps = c.taps(),
              depth = c.channels * taps;
    const V scale = scales_of(block, pass, first, count, shifts + first);
    const float* weight = pass.weight + Index{first} * depth;
    if (taps == 1) {
        for (int k = 0; k < depth; k += lanes) {
            V v[lanes];
            const int left = std::min(lanes, depth - k);
            TN_UNROLL for (int f = 0; f < lanes; ++f) v[f] =
                load_partial(weight + Index{std::min(f, count - 1)} * depth + k, f < count ? left : 0);
            transpose(v);
            for (int i = 0; i < left; ++i) store(packed + (k + i) * row, v[i] * scale);
        }
        return;
    }
    for (int t = 0; t < taps; ++t)
        for (int channel = 0; channel < c.channels; ++channel, packed += row) {
            V v{};
            for (int f = 0; f < count; ++f) v[f] = weight[Index{f} * depth + Index{channel} * taps + t];
            store(packed, v * scale);
        }
}

/// All: packed [panels][depth][vectors of the panel], shifts [filters].
inline void keep_panels(ThreadPool& pool, const BlockGeometry& block, const ConvInfer& pass, float* kept) {
    const ConvGeometry& c = block.conv;
    const ChannelsLastKept at(c, ChannelsLastMethod::product);
    const Panels panels(c.filters);
    pool.run(panels.count, [&](int panel) {
        const int first = panels.first_vector(panel), vectors = panels.vectors_of(panel);
        for (int v = 0; v < vectors; ++v)
            pack_filters(block, pass, first + v, Index{vectors} * lanes,
                         kept + at.weights + (Index{first} * c.channels * c.taps() + v) * lanes, kept + at.shifts);
    });
}

/// The weights of a depthwise convolution: packed [taps][channels in whole vectors], shifts [channels].
inline void keep_taps(ThreadPool&, const BlockGeometry& block, const ConvInfer& pass, float* kept) {
    const ConvGeometry& c = block.conv;
    const ChannelsLastKept at(c, ChannelsLastMethod::depthwise);
    const int taps = c.taps(), row = round_up(c.filters, lanes);
    float *packed = kept + at.weights, *shifts = kept + at.shifts;
    for (int f = 0; f < row; ++f) {
        const bool there = f < c.filters;
        const ScaleAndShift of(block, pass, there ? f : 0);
        shifts[f] = there ? of.shift : 0;
        for (int t = 0; t < taps; ++t)
            packed[Index{t} * row + f] = there ? of.scale * pass.weight[Index{f} * taps + t] : 0;
    }
}

}  // namespace tn::cpu::TN_ISA
#endif
