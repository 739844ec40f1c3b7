// A transposed convolution by itself on the CPU: products through OpenBLAS, and the columns that they give.
#pragma once

#include "dsl/core/kernel.hpp"
#include "runtime/cpu/host_device.hpp"

namespace tn {

namespace cpu {
void transposed_convolution_forward(Device& device, const Operation& conv, const Pass<float>& pass);
void transposed_convolution_backward(Device& device, const Operation& conv, const Pass<float>& pass);
}  // namespace cpu

template <Operation Conv>
    requires(Conv.kind == Operation::transposed_convolution)
struct KernelFor<cpu::Device, Conv> {
    static constexpr KernelInfo info(Shape) { return {"sgemm and col2im", "nothing behind it is fused with it"}; }

    /// The columns and the sums of every slice of the batch.
    static constexpr std::size_t work(Shape in, int) {
        const Index depth = Index{Conv.features} * Conv.window.kernel_h * Conv.window.kernel_w;
        return slices * (depth * in.plane() + depth * in.channels + Conv.features);
    }

    template <Shape> static void forward(cpu::Device& device, const Pass<float>& p) {
        cpu::transposed_convolution_forward(device, Conv, p);
    }
    template <Shape> static void backward(cpu::Device& device, const Pass<float>& p) {
        cpu::transposed_convolution_backward(device, Conv, p);
    }
};

}  // namespace tn
