// A convolution with its normalisation and a function behind it on the CPU: the block of the first two, then the
// function in its place. Backward, the gradients of what came into the function lie in the scratch.
#pragma once

#include <cstddef>

#include "dsl/core/kernel.hpp"
#include "dsl/fusions/conv_function.hpp"
#include "runtime/cpu/host_device.hpp"
#include "runtime/cpu/kernels/conv_block.hpp"
#include "runtime/cpu/kernels/conv_block_parameters.hpp"
#include "runtime/cpu/kernels/depthwise_block.hpp"
#include "runtime/cpu/kernels/formula.hpp"

namespace tn {

template <Operation Conv, Operation Norm, Operation Function>
    requires(fusions::ConvFunction::pattern::is<Conv, Norm, Function>() &&
             (fusions::ConvBlock::has_geometry<Conv>() || cpu::is_depthwise_block<Conv, Norm>()))
struct KernelFor<cpu::Device, Conv, Norm, Function> : cpu::ChannelsLastInference<Conv, Norm> {
    static constexpr KernelInfo info(Shape in) { return {"fused with a function", Block::info(in).name}; }
    static constexpr std::size_t saved(Shape in, int batch) { return Block::saved(in, batch); }
    static constexpr std::size_t work(Shape in, int batch) { return Block::work(in, batch); }
    static constexpr std::size_t backward_work(Shape in, int batch) {
        return before_function(in, batch) + block_backward_work(in, batch);
    }
    static constexpr bool adds_gradients = true;

    template <Shape In> static void forward(cpu::Device& device, const Pass<float>& p) {
        Block::template forward<In>(device, p);
        apply(device, p);
    }
    template <Shape In> static void infer(cpu::Device& device, const Pass<float>& p) {
        Block::template infer<In>(device, p);
        apply(device, p);
    }
    template <Shape In> static void backward(cpu::Device& device, const Pass<float>& p) {
        const cpu::FormulaLoops& loops = cpu::formula_loops<Function.function>(device.isa());
        float* g = p.work;
        if constexpr (slope_from<Function.function> != SlopeFrom::x)
            device.for_ranges(count(p), [&](int begin, int end) {
                loops.backward(nullptr, p.y ? p.y + begin : nullptr, p.dy + begin, g + begin, end - begin);
            });
        else if constexpr (is_depthwise)
            cpu::plane_kernels(device.isa())
                .depthwise_before_function(device.threads(), cpu::plane_plan<Block::geometry(In)>,
                                           Parameters::backward(device, p), loops, g);
        else
            cpu::conv_before_function(device.threads(), device.isa(), cpu::ConvBlock<Block::geometry(In)>::plan,
                                      Parameters::backward(device, p), loops, g);
        Pass<float> of_block = p;
        of_block.dy = g;
        of_block.work = p.work + before_function(In, p.n);
        Block::template backward<In>(device, of_block);
    }

    template <Shape In, Sides Last> static void infer_channels_last(cpu::Device& device, const Pass<float>& p) {
        Block::template infer_channels_last<In, Last>(device, p);
        apply(device, p);
    }

private:
    using Block = KernelFor<cpu::Device, Conv, Norm>;
    using Parameters = cpu::ConvBlockParameters<Conv, Norm>;
    static constexpr bool is_depthwise = cpu::is_depthwise_block<Conv, Norm>();

    static constexpr std::size_t before_function(Shape in, int n) { return n * Block::geometry(in).y_size(); }
    static constexpr std::size_t block_backward_work(Shape in, int batch) {
        if constexpr (requires { Block::backward_work(in, batch); })
            return Block::backward_work(in, batch);
        else
            return Block::work(in, batch);
    }
    static int count(const Pass<float>& p) { return p.n * static_cast<int>(p.out.size()); }
    static void apply(cpu::Device& device, const Pass<float>& p) {
        const cpu::FormulaLoops& loops = cpu::formula_loops<Function.function>(device.isa());
        device.for_ranges(count(p), [&](int begin, int end) { loops.forward(p.y + begin, p.y + begin, end - begin); });
    }
};

}  // namespace tn
