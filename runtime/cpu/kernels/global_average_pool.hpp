// The means of channels on the CPU: vectors along planes, or over channels that lie side by side.
#pragma once

#include "dsl/core/kernel.hpp"
#include "runtime/cpu/channels_last/passes.hpp"
#include "runtime/cpu/host_device.hpp"

namespace tn {

template <Operation Pool>
    requires(Pool.kind == Operation::global_average_pool)
struct KernelFor<cpu::Device, Pool> {
    static constexpr KernelInfo info(Shape) { return {"means", "vectors along planes"}; }

    template <Shape> static void forward(cpu::Device& device, const Pass<float>& p) {
        cpu::channels_last_kernels(device.isa())
            .means_of_planes(device.threads(), p.n * p.in.channels, static_cast<Index>(p.in.plane()), p.x, p.y);
    }

    static constexpr ChannelsLast channels_last(Shape) { return ChannelsLast::follows; }
    template <Shape, Sides> static void infer_channels_last(cpu::Device& device, const Pass<float>& p) {
        cpu::channels_last_kernels(device.isa())
            .means(device.threads(), p.n, static_cast<Index>(p.in.plane()), p.in.channels, p.x, p.y);
    }
};

}  // namespace tn
