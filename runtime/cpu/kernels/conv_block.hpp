// A convolution with what is fused behind it, on the CPU: one of the three methods of runtime/cpu/conv_block.hpp.
#pragma once

#include "dsl/core/kernel.hpp"
#include "dsl/fusions/conv_block.hpp"
#include "runtime/cpu/conv_block.hpp"
#include "runtime/cpu/host_device.hpp"

namespace tn {

template <Operation Conv, Operation... Behind>
    requires(sizeof...(Behind) > 0 && fusions::ConvBlock::pattern::is<Conv, Behind...>() &&
             fusions::ConvBlock::has_geometry<Conv, Behind...>())
struct KernelFor<cpu::Device, Conv, Behind...> {
    static constexpr BlockGeometry geometry(Shape in) { return fusions::ConvBlock::geometry<Conv, Behind...>(in); }

    static constexpr KernelInfo info(Shape in) {
        switch (cpu::method_of(geometry(in))) {
            case cpu::Method::winograd: return {"fused, Winograd F(4x4, 3x3)", "3 x 3, channels in blocks of 16"};
            case cpu::Method::stem: return {"fused, stem", "3 x 3 of up to 3 channels, 2 x 2 maxima: z is not stored"};
            default: return {"fused, direct", "vectors over pixels, for any geometry"};
        }
    }
    static constexpr std::size_t saved(Shape in, int batch) { return cpu::block_saved_floats(geometry(in), batch, cpu::method_of(geometry(in))); }
    static constexpr std::size_t work(Shape in, int batch) { return cpu::block_work_floats(geometry(in), batch, cpu::method_of(geometry(in))); }

    template <Shape In> static void forward(cpu::Device& device, const Pass<float>& p) {
        cpu::ConvBlock<geometry(In)>::forward(
            device.threads(), device.isa(),
            {p.n, p.x, p.parameter[0], bias(p.parameter), gamma(p.parameter), beta(p.parameter), p.y, p.saved, p.work,
             p.state[0], p.state[1], norm.momentum, norm.epsilon, device.group()});
    }
    template <Shape In> static void infer(cpu::Device& device, const Pass<float>& p) {
        cpu::ConvBlock<geometry(In)>::infer(device.threads(), device.isa(),
                                            {p.n, p.x, p.parameter[0], bias(p.parameter), gamma(p.parameter),
                                             beta(p.parameter), p.state[0], p.state[1], norm.epsilon, p.y, p.work});
    }
    template <Shape In> static void backward(cpu::Device& device, const Pass<float>& p) {
        cpu::ConvBlock<geometry(In)>::backward(
            device.threads(), device.isa(),
            {p.n, p.x, p.parameter[0], gamma(p.parameter), beta(p.parameter), p.dy, p.saved, p.dx, p.gradient[0],
             bias(p.gradient), gamma(p.gradient), beta(p.gradient), p.work, device.group()});
    }

private:
    /// Of no kind, with an epsilon of 0, where nothing is normalised.
    static constexpr Operation norm = fusions::ConvBlock::find<Behind...>(Operation::batch_norm);
    static constexpr bool has_norm = norm.kind == Operation::batch_norm;
    static constexpr int first_of_norm = Conv.bias ? 2 : 1;

    // Weight and bias of the convolution, then those of the normalisation.
    template <class Tensors> static float* bias(const Tensors& all) { return Conv.bias ? all[1] : nullptr; }
    template <class Tensors> static float* gamma(const Tensors& all) { return has_norm ? all[first_of_norm] : nullptr; }
    template <class Tensors> static float* beta(const Tensors& all) {
        return has_norm ? all[first_of_norm + 1] : nullptr;
    }
};

}  // namespace tn
