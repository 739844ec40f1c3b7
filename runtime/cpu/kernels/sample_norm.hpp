// Layer norm and group norm on the CPU.
#pragma once

#include "dsl/core/kernel.hpp"
#include "runtime/cpu/host_device.hpp"
#include "runtime/cpu/sample_norm.hpp"

namespace tn {

template <Operation Norm>
    requires(Norm.kind == Operation::layer_norm || Norm.kind == Operation::group_norm)
struct KernelFor<cpu::Device, Norm> {
    static constexpr KernelInfo info(Shape in) {
        const bool of_groups = plan(in).groups > 0;
        return {Norm.kind == Operation::layer_norm ? "layer norm" : "group norm",
                of_groups ? "vectors over the values of a group" : "vectors over positions"};
    }

    template <Shape In> static void forward(cpu::Device& device, const Pass<float>& p) {
        cpu::sample_norm_kernels(device.isa()).forward(device.threads(), plan(In), pass(p));
    }
    template <Shape In> static void backward(cpu::Device& device, const Pass<float>& p) {
        cpu::sample_norm_kernels(device.isa()).backward(device.threads(), plan(In), pass(p));
    }

private:
    /// Over the channels of a vector is over all of its values: one group.
    static constexpr cpu::SampleNormPlan plan(Shape in) {
        const int groups = Norm.kind == Operation::group_norm ? Norm.groups : in.plane() == 1 ? 1 : 0;
        return {in.channels, static_cast<int>(in.plane()), groups};
    }
    static cpu::SampleNormPass pass(const Pass<float>& p) {
        return {p.n,  p.x,           p.parameter[0], p.parameter[1], p.dy,        p.y,
                p.dx, p.gradient[0], p.gradient[1],  p.saved,        Norm.epsilon};
    }
};

}  // namespace tn
