// A depthwise convolution with the normalisation and ReLU behind it on the CPU: plane by plane.
#pragma once

#include "dsl/core/kernel.hpp"
#include "dsl/fusions/conv_block.hpp"
#include "runtime/cpu/host_device.hpp"
#include "runtime/cpu/kernels/channels_last.hpp"
#include "runtime/cpu/kernels/conv_block_parameters.hpp"
#include "runtime/cpu/planes.hpp"

namespace tn {

namespace cpu {
/// Whether the passes over planes compute it.
template <Operation Conv, Operation... Behind> constexpr bool is_depthwise_block() {
    return Conv.kind == Operation::convolution && Conv.groups == 0 && fusions::ConvBlock::has_margins(Conv.window) &&
           Conv.window.kernel_h * Conv.window.kernel_w <= max_taps &&
           fusions::ConvBlock::find<Behind...>(Operation::max_pool).kind == Operation::none;
}
}  // namespace cpu

template <Operation Conv, Operation... Behind>
    requires(fusions::ConvBlock::pattern::is<Conv, Behind...>() && cpu::is_depthwise_block<Conv, Behind...>())
struct KernelFor<cpu::Device, Conv, Behind...> : cpu::ChannelsLastInference<Conv, Behind...> {
    static constexpr BlockGeometry geometry(Shape in) { return fusions::ConvBlock::geometry<Conv, Behind...>(in); }

    static constexpr KernelInfo info(Shape) { return {"fused, depthwise", "vectors over the pixels of a plane"}; }
    static constexpr std::size_t saved(Shape in, int batch) {
        return cpu::DepthwiseSaved(cpu::PlanePlan(geometry(in)), batch).floats;
    }
    static constexpr std::size_t work(Shape in, int batch) {
        return cpu::PlaneWork(cpu::PlanePlan(geometry(in)), batch).floats;
    }
    static constexpr bool adds_gradients = true;

    template <Shape In> static void forward(cpu::Device& device, const Pass<float>& p) {
        cpu::plane_kernels(device.isa())
            .depthwise_forward(device.threads(), cpu::plane_plan<geometry(In)>, Parameters::forward(device, p));
    }
    template <Shape In> static void infer(cpu::Device& device, const Pass<float>& p) {
        cpu::plane_kernels(device.isa())
            .depthwise_infer(device.threads(), cpu::plane_plan<geometry(In)>, Parameters::infer(p));
    }
    template <Shape In> static void backward(cpu::Device& device, const Pass<float>& p) {
        cpu::plane_kernels(device.isa())
            .depthwise_backward(device.threads(), cpu::plane_plan<geometry(In)>, Parameters::backward(device, p));
    }

private:
    using Parameters = cpu::ConvBlockParameters<Conv, Behind...>;
};

}  // namespace tn
