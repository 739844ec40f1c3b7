// A convolution with what is fused behind it, if anything is, on the CPU: one of the methods of
// runtime/cpu/conv_block.hpp.
#pragma once

#include <cstddef>

#include "dsl/core/kernel.hpp"
#include "dsl/fusions/conv_block.hpp"
#include "runtime/cpu/conv_block.hpp"
#include "runtime/cpu/host_device.hpp"
#include "runtime/cpu/kernels/channels_last.hpp"
#include "runtime/cpu/kernels/conv_block_parameters.hpp"

namespace tn {

namespace cpu {
/// Whether nothing is pooled, or windows of 2 x 2 side by side. The maxima of others are found faster by themselves
/// (pooling.hpp) than behind the convolution.
constexpr bool pools_by_twos(const Operation& pool) {
    return pool.kind == Operation::none || (pool.window.kernel_h == 2 && pool.window.stride_h == 2);
}

/// Whether conv_relu.hpp has a kernel for these.
template <Operation Conv, Operation... Behind> constexpr bool rectifies_in_place() {
    return Conv.kind == Operation::convolution && fusions::ConvBlock::has_geometry<Conv>() &&
           fusions::ConvBlock::rectifies_alone<Conv, Behind...>();
}

/// By one of the methods of runtime/cpu/conv_block.hpp.
template <Operation Conv, Operation... Behind> struct ConvBlockKernel : ChannelsLastInference<Conv, Behind...> {
    static constexpr bool writes_rows_apart = true;
    static constexpr BlockGeometry geometry(Shape in) { return fusions::ConvBlock::geometry<Conv, Behind...>(in); }

    static constexpr KernelInfo info(Shape in) {
        switch (method_of(geometry(in))) {
            case Method::winograd: return {"fused, Winograd F(4x4, 3x3)", "3 x 3, channels in blocks of 16"};
            case Method::stem: return {"fused, stem", "3 x 3 of up to 3 channels, 2 x 2 maxima: z is not stored"};
            case Method::product: return {"fused, product", "columns of many samples at a time"};
            default: return {"fused, direct", "vectors over pixels, for any geometry"};
        }
    }
    static constexpr std::size_t saved(Shape in, int batch) {
        return block_saved_floats(geometry(in), batch, method_of(geometry(in)));
    }
    static constexpr std::size_t work(Shape in, int batch) {
        return block_work_floats(geometry(in), batch, method_of(geometry(in)), false);
    }
    static constexpr std::size_t backward_work(Shape in, int batch) {
        return block_work_floats(geometry(in), batch, method_of(geometry(in)), true);
    }
    static constexpr bool adds_gradients = true;

    template <Shape In> static void forward(Device& device, const Pass<float>& p) {
        ConvBlock<geometry(In)>::forward(device.threads(), device.isa(), Parameters::forward(device, p));
    }
    template <Shape In> static void infer(Device& device, const Pass<float>& p) {
        constexpr ChannelsLastBlock block = ConvBlockKernel::channels_last_block(In);
        if (p.kept && p.n <= block.few(p.n)) return block.infer_few(device, p);
        ConvBlock<geometry(In)>::infer(device.threads(), device.isa(), Parameters::infer(p));
    }
    template <Shape In> static void backward(Device& device, const Pass<float>& p) {
        ConvBlock<geometry(In)>::backward(device.threads(), device.isa(), Parameters::backward(device, p));
    }

private:
    using Parameters = ConvBlockParameters<Conv, Behind...>;
};
}  // namespace cpu

template <Operation Conv, Operation... Behind>
    requires(fusions::ConvBlock::pattern::is<Conv, Behind...>() &&
             fusions::ConvBlock::has_geometry<Conv, Behind...>() &&
             cpu::pools_by_twos(fusions::ConvBlock::find<Behind...>(Operation::max_pool)) &&
             !cpu::rectifies_in_place<Conv, Behind...>())
struct KernelFor<cpu::Device, Conv, Behind...> : cpu::ConvBlockKernel<Conv, Behind...> {};

}  // namespace tn
