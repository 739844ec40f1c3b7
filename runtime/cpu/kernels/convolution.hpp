// A convolution by itself, for any window: the columns of a sample, then a product through OpenBLAS.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/kernel.hpp"
#include "runtime/cpu/host_device.hpp"

namespace tn {

namespace cpu {
void convolution_forward(Device& device, const Window& window, const Pass<float>& pass);
void convolution_backward(Device& device, const Window& window, const Pass<float>& pass);
}  // namespace cpu

template <Operation Conv>
    requires(Conv.kind == Operation::convolution)
struct KernelFor<cpu::Device, Conv> {
    static constexpr KernelInfo info(Shape) { return {"im2col and sgemm", "nothing behind it is fused with it"}; }

    /// The columns and the sums of every slice of the batch.
    static constexpr std::size_t work(Shape in, int) {
        const Window& w = Conv.window;
        const Index depth = in.channels * w.kernel_h * w.kernel_w, filters = Conv.features,
                    pixels = Index{window_places(in.height, w.kernel_h, w.stride, w.pad_h)} *
                             window_places(in.width, w.kernel_w, w.stride, w.pad_w);
        return slices * (depth * pixels + depth * filters + filters);
    }

    template <Shape> static void forward(cpu::Device& device, const Pass<float>& p) {
        cpu::convolution_forward(device, Conv.window, p);
    }
    template <Shape> static void backward(cpu::Device& device, const Pass<float>& p) {
        cpu::convolution_backward(device, Conv.window, p);
    }
};

}  // namespace tn
