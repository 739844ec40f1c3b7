// The join of branches on the CPU: samples in parallel, each branch's channels by one copy.
#pragma once

#include <algorithm>

#include "dsl/core/index.hpp"
#include "dsl/core/kernel.hpp"
#include "runtime/cpu/host_device.hpp"

namespace tn {

template <Operation Join>
    requires(Join.kind == Operation::concat)
struct KernelFor<cpu::Device, Join> {
    static constexpr KernelInfo info(Shape) { return {"copy", "channels of a branch lie one behind another"}; }

    template <Shape> static void forward(cpu::Device& device, const Pass<float>& p) {
        each_branch(device, p, [&](int k, Index in_branch, Index in_join, Index size) {
            if (p.xs[k] + in_branch != p.y + in_join)  // where it is not there, written by the branch
                std::copy_n(p.xs[k] + in_branch, size, p.y + in_join);
        });
    }
    template <Shape> static void backward(cpu::Device& device, const Pass<float>& p) {
        each_branch(device, p, [&](int k, Index in_branch, Index in_join, Index size) {
            if (p.dxs[k]) std::copy_n(p.dy + in_join, size, p.dxs[k] + in_branch);
        });
    }

    /// The channels of a position of all branches lie one behind another.
    static constexpr ChannelsLast channels_last(Shape) { return ChannelsLast::follows; }
    template <Shape, Sides> static void infer_channels_last(cpu::Device& device, const Pass<float>& p) {
        const auto plane = static_cast<int>(p.out.plane());
        device.for_ranges(p.n * plane, [&](int begin, int end) {
            Index before = 0;
            for (int k = 0; k < p.branches; ++k) {
                const Index channels = p.branch_shape[k].channels;
                const bool is_there = p.xs[k] == p.y + before;  // written by the branch
                for (Index at = begin; at < end && !is_there; ++at)
                    std::copy_n(p.xs[k] + at * channels, channels, p.y + at * p.out.channels + before);
                before += channels;
            }
        });
    }

private:
    /// Calls f(branch, where a sample's values begin in it and in the join, how many).
    template <class F> static void each_branch(cpu::Device& device, const Pass<float>& p, const F& f) {
        device.threads().run(p.n, [&](int s) {
            Index at = s * p.out.size();
            for (int k = 0; k < p.branches; ++k) {
                const Index size = p.branch_shape[k].size();
                f(k, s * size, at, size);
                at += size;
            }
        });
    }
};

}  // namespace tn
