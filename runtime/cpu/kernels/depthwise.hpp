// A depthwise convolution with unlike steps or margins, or gaps between its taps, on the CPU: planes in parallel, a row
// and a tap at a time. All others are computed by depthwise_block.hpp.
#pragma once

#include "dsl/core/kernel.hpp"
#include "runtime/cpu/host_device.hpp"
#include "runtime/cpu/kernels/depthwise_block.hpp"

namespace tn {

namespace cpu {
void depthwise_forward(Device& device, const Window& window, const Pass<float>& pass);
void depthwise_backward(Device& device, const Window& window, const Pass<float>& pass);
}  // namespace cpu

template <Operation Conv>
    requires(Conv.kind == Operation::convolution && Conv.groups == 0 && !cpu::is_depthwise_block<Conv>())
struct KernelFor<cpu::Device, Conv> {
    static constexpr KernelInfo info(Shape) { return {"depthwise", "planes in parallel, rows of taps"}; }

    template <Shape> static void forward(cpu::Device& device, const Pass<float>& p) {
        cpu::depthwise_forward(device, Conv.window, p);
    }
    template <Shape> static void backward(cpu::Device& device, const Pass<float>& p) {
        cpu::depthwise_backward(device, Conv.window, p);
    }
};

}  // namespace tn
