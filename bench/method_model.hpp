// What a block takes by a method, from what it computes and moves and from two peaks of the machine that are measured:
// a roofline (Williams, Waterman and Patterson, 2009) whose work is that of the method, not of the convolution.
#pragma once

#include <algorithm>

#include "runtime/cpu/conv_block.hpp"

namespace bench {

/// Of one thread: floating-point operations of a product that stays in the caches, and bytes of a copy that does not,
/// read and written ones counted, both by nanosecond.
struct Peaks {
    double flops, bytes;
};

/// Operations and bytes of a pass.
struct Work {
    double flops = 0, bytes = 0;

    double ms(const Peaks& peaks) const { return 1e-6 * (flops / peaks.flops + bytes / peaks.bytes); }
    Work operator+(const Work& other) const { return {flops + other.flops, bytes + other.bytes}; }
};

/// What n samples take by a method.
class MethodModel {
public:
    MethodModel(const tn::BlockGeometry& block, tn::cpu::Method method, int n) : b_(block), method_(method), n_(n) {}

    /// The products with x, then z is written and read again, normalised, for y.
    Work forward() const { return products() + moves(x() + 2 * z() + y()); }
    /// dz from dy and z; the products with dz for dx and for dw, which read x again.
    Work backward() const { return products() + products() + moves(2 * x() + 4 * z() + y()); }
    Work infer() const { return products() + moves(x() + y()); }

private:
    double x() const { return 1.0 * n_ * static_cast<double>(c().in_size()); }
    double z() const { return 1.0 * n_ * static_cast<double>(c().out_size()); }
    double y() const { return 1.0 * n_ * static_cast<double>(b_.y_size()); }
    const tn::ConvGeometry& c() const { return b_.conv; }
    static Work moves(double floats) { return {0, 4 * floats}; }
    static double whole(double count, double of) {
        return of * static_cast<double>(static_cast<long>((count + of - 1) / of));
    }

    /// One product of the three of a training step.
    Work products() const {
        const double depth = c().channels * c().taps(), filters = c().filters, lanes = tn::cpu::max_lanes;
        const double positions = 1.0 * n_ * static_cast<double>(c().out_plane());
        switch (method_) {
            case tn::cpu::Method::winograd: {
                // 36 products of tiles; the transforms of a tile's inputs, outputs and of the weights are 24 additions
                // and multiplications of vectors on each axis, and their results are written and read.
                const double tiles = n_ * whole(c().out_h(), 4) * whole(c().out_w(), 4) / 16;
                const double values = tiles * (c().channels + filters) + c().channels * filters;
                return {2 * 36 * tiles * c().channels * filters + 12 * 24 * values, 2 * 4 * 36 * values / cached};
            }
            case tn::cpu::Method::product:
                // Columns of windows are gathered, of one pixel too where samples are small.
                return {2 * depth * whole(filters, filters_per_tile) * positions, 2 * 4 * depth * positions / cached};
            default:
                // Vectors of the pixels of a row; a row of the window is read for every eight filters.
                return {2 * depth * whole(filters, filters_per_tile) * n_ * c().out_h() *
                            whole(c().out_w(), std::min(lanes, whole(c().out_w(), 4))),
                        4 * depth * filters * (c().out_plane() < 256 ? n_ : 1) / cached};
        }
    }
    static constexpr double filters_per_tile = 8;
    /// What lies in a cache moves so many times as fast as what does not.
    static constexpr double cached = 4;

    tn::BlockGeometry b_;
    tn::cpu::Method method_;
    int n_;
};

}  // namespace bench
