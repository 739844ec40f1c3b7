// A convolution with groups, uneven padding or gaps between its taps: the columns of a sample, then products through
// OpenBLAS. All others are blocks (conv_block.hpp).
#pragma once

#include "dsl/core/conv_columns.hpp"
#include "dsl/core/kernel.hpp"
#include "dsl/fusions/conv_block.hpp"
#include "runtime/cpu/host_device.hpp"

namespace tn {

namespace cpu {
void convolution_forward(Device& device, const Operation& conv, const Pass<float>& pass);
void convolution_backward(Device& device, const Operation& conv, const Pass<float>& pass);
}  // namespace cpu

template <Operation Conv>
    requires(Conv.kind == Operation::convolution && Conv.groups != 0 && !fusions::ConvBlock::has_geometry<Conv>())
struct KernelFor<cpu::Device, Conv> {
    static constexpr KernelInfo info(Shape) { return {"im2col and sgemm", "for any window and groups"}; }

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
