// A convolution by itself, for any window and groups: the columns of a sample, then products through OpenBLAS.
#pragma once

#include "dsl/core/conv_columns.hpp"
#include "dsl/core/kernel.hpp"
#include "runtime/cpu/host_device.hpp"

namespace tn {

namespace cpu {
void convolution_forward(Device& device, const Operation& conv, const Pass<float>& pass);
void convolution_backward(Device& device, const Operation& conv, const Pass<float>& pass);
}  // namespace cpu

template <Operation Conv>
    requires(Conv.kind == Operation::convolution && Conv.groups != 0)
struct KernelFor<cpu::Device, Conv> {
    static constexpr KernelInfo info(Shape) {
        if (Conv.window.is_pixel()) return {"sgemm", "1 x 1: an image is its own columns"};
        return {"im2col and sgemm", "nothing behind it is fused with it"};
    }

    /// The columns and the sums of every slice of the batch.
    static constexpr std::size_t work(Shape in, int) {
        const ConvColumns c(Conv, in);
        return slices * (c.size() + c.weights() + c.filters);
    }

    template <Shape> static void forward(cpu::Device& device, const Pass<float>& p) {
        cpu::convolution_forward(device, Conv, p);
    }
    template <Shape> static void backward(cpu::Device& device, const Pass<float>& p) {
        cpu::convolution_backward(device, Conv, p);
    }
};

}  // namespace tn
