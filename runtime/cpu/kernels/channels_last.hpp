// Inference of blocks of convolution whose values have their channels side by side, for the kernels of blocks.
#pragma once

#include <algorithm>
#include <cstddef>

#include "dsl/core/kernel.hpp"
#include "dsl/fusions/conv_block.hpp"
#include "runtime/cpu/channels_last/passes.hpp"
#include "runtime/cpu/conv_block/method.hpp"
#include "runtime/cpu/conv_block/plan.hpp"
#include "runtime/cpu/host_device.hpp"
#include "runtime/cpu/kernels/conv_block_parameters.hpp"

namespace tn::cpu {

/// By which method a block is computed there.
constexpr ChannelsLastMethod channels_last_method(const BlockGeometry& b, bool depthwise) {
    if (depthwise) return ChannelsLastMethod::depthwise;
    const bool few = few_positions_samples(b, method_of(b), 1) > 0;
    return method_of(b) == Method::winograd && !few ? ChannelsLastMethod::winograd : ChannelsLastMethod::product;
}

/// Vectors of filters gain where there are whole ones and a window of one pixel, or Winograd's products of weights that
/// stay in the caches. Other windows are read pixel by pixel, which is as good as planes are. A pool behind the block
/// keeps planes, as do deep layers by Winograd, which transform their weights anew for a whole batch.
constexpr ChannelsLast block_channels_last(const BlockGeometry& b) {
    const ConvGeometry& c = b.conv;
    const Method method = method_of(b);
    if (b.pool() || method == Method::stem) return ChannelsLast::no;
    if (method == Method::winograd)
        return Index{c.channels} * c.filters <= 1 << 16 && c.out_plane() >= 100 ? ChannelsLast::gains
                                                                                : ChannelsLast::no;
    return c.taps() == 1 && c.channels >= max_lanes && c.filters >= max_lanes ? ChannelsLast::gains
                                                                              : ChannelsLast::either;
}

/// Of depthwise convolutions, those with one filter a channel.
constexpr ChannelsLast depthwise_channels_last(const BlockGeometry& b) {
    return b.conv.filters == b.conv.channels && b.conv.channels >= max_lanes / 2 ? ChannelsLast::gains
                                                                                 : ChannelsLast::no;
}

/// What kernels of blocks say and do of it.
struct ChannelsLastBlock {
    BlockGeometry block;
    bool depthwise;

    constexpr ChannelsLast channels_last() const {
        return depthwise ? depthwise_channels_last(block) : block_channels_last(block);
    }
    constexpr ChannelsLastMethod method() const { return channels_last_method(block, depthwise); }
    /// Of inference with what is kept: a block by planes whose positions are never many needs no other method's.
    constexpr std::size_t work(int batch, Sides last) const {
        if (last.any()) return ChannelsLastWork({block, last, method()}, batch).floats;
        const Index other = few(batch) < batch ? block_work_floats(block, batch, method_of(block), false) : 0;
        return std::max<std::size_t>(few_work(batch), other);
    }
    constexpr std::size_t kept(Sides last) const {
        return last.any() || few(1) > 0 ? ChannelsLastKept(block.conv, method()).floats : 0;
    }
    /// How many samples, of up to `most`, whose values lie plane by plane, are inferred by infer_few().
    constexpr int few(int most) const { return depthwise ? 0 : few_positions_samples(block, method_of(block), most); }
    constexpr std::size_t few_work(int batch) const {
        return few(batch) > 0 ? FewPositionsWork(block, few(batch)).floats : 0;
    }
    void keep(Device& device, const ConvInfer& pass, float* kept) const {
        channels_last_kernels(device.isa())
            .keep[static_cast<std::size_t>(method())](device.threads(), block, pass, kept);
    }
    /// With a branch added if there is one.
    void infer(Device& device, Sides last, const Pass<float>& p, const AddedBranch& branch = {}) const {
        channels_last_kernels(device.isa())
            .infer[static_cast<std::size_t>(method())](device.threads(), {block, last, method()},
                                                       {p.n, p.x, p.kept, p.y, p.work, p.y_row}, branch);
    }
    void infer_few(Device& device, const Pass<float>& p) const {
        channels_last_kernels(device.isa()).infer_few(device.threads(), block, {p.n, p.x, p.kept, p.y, p.work});
    }
};

/// The part of a kernel of such a block that infers with channels side by side. One that does more behind the block has
/// an infer_channels_last() of its own.
template <Operation Conv, Operation... Behind> struct ChannelsLastInference {
    static constexpr ChannelsLastBlock channels_last_block(Shape in) {
        return {fusions::ConvBlock::geometry<Conv, Behind...>(in), Conv.groups == 0};
    }
    static constexpr ChannelsLast channels_last(Shape in) { return channels_last_block(in).channels_last(); }
    static constexpr std::size_t channels_last_work(Shape in, int batch, Sides last) {
        return channels_last_block(in).work(batch, last);
    }
    static constexpr std::size_t kept(Shape in, int, Sides last) { return channels_last_block(in).kept(last); }
    template <Shape In> static void keep(Device& device, const Pass<float>& p) {
        channels_last_block(In).keep(device, ConvBlockParameters<Conv, Behind...>::infer(p), p.kept);
    }
    template <Shape In, Sides Last> static void infer_channels_last(Device& device, const Pass<float>& p) {
        channels_last_block(In).infer(device, Last, p);
    }
};

}  // namespace tn::cpu
