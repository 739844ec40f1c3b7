// A dense layer with what is fused behind it, if anything is, on the CPU.
#pragma once

#include <cstddef>

#include "dsl/core/kernel.hpp"
#include "dsl/fusions/dense_block.hpp"
#include "runtime/cpu/dense.hpp"
#include "runtime/cpu/host_device.hpp"
#include "runtime/cpu/kernels/channels_last.hpp"
#include "runtime/cpu/kernels/conv_block_parameters.hpp"
#include "runtime/cpu/kernels/formula.hpp"

namespace tn {

template <Operation Dense, Operation... Behind>
    requires(fusions::DenseBlock::pattern::is<Dense, Behind...>())
struct KernelFor<cpu::Device, Dense, Behind...> {
    static constexpr KernelInfo info(Shape) {
        return {sizeof...(Behind) > 0 ? "fused, dense" : "dense", "tiles of outputs; few samples: scalar products"};
    }
    static constexpr std::size_t saved(Shape in, int batch) { return cpu::DenseSaved(plan(in), batch).floats; }
    static constexpr std::size_t work(Shape in, int batch) { return cpu::DenseWork(plan(in), batch, false).floats; }
    static constexpr std::size_t backward_work(Shape in, int batch) {
        return cpu::DenseWork(plan(in), batch, true).floats;
    }
    static constexpr bool adds_gradients = true;

    template <Shape In> static void forward(cpu::Device& device, const Pass<float>& p) {
        cpu::dense_kernels(device.isa())
            .forward(device.threads(), plan(In), Parameters::forward(device, p), function(device));
    }
    /// Batches multiply packed weights, up to so many that keeping them twice is no matter.
    static constexpr std::size_t kept(Shape in, int batch, Sides) {
        const bool keeps = batch > cpu::few_dense_samples && in.size() * Dense.features <= (1 << 22);
        return keeps ? rows(in).kept({true, true}) : 0;
    }
    template <Shape In> static void keep(cpu::Device& device, const Pass<float>& p) {
        rows(In).keep(device, Parameters::infer(p), p.kept);
    }
    template <Shape In> static void infer(cpu::Device& device, const Pass<float>& p) {
        if (p.kept && p.n > cpu::few_dense_samples) return infer_rows<In>(device, p);
        cpu::dense_kernels(device.isa()).infer(device.threads(), plan(In), Parameters::infer(p), function(device));
    }
    template <Shape In> static void backward(cpu::Device& device, const Pass<float>& p) {
        cpu::dense_kernels(device.isa())
            .backward(device.threads(), plan(In), Parameters::backward(device, p), of_value ? p.y : nullptr,
                      function(device));
    }

private:
    using Parameters = cpu::ConvBlockParameters<Dense, Behind...>;

    static constexpr Operation Function = fusions::ConvBlock::find<Behind...>(Operation::pointwise);
    static constexpr bool has_norm = fusions::ConvBlock::find<Behind...>(Operation::batch_norm).kind != Operation::none;
    static constexpr bool has_function = Function.kind == Operation::pointwise;
    static constexpr bool of_value = fusions::DenseBlock::reads<Dense, Behind...>.y;
    static constexpr bool of_argument = has_function && slope_from<Function.function> == SlopeFrom::x;

    static constexpr cpu::DensePlan plan(Shape in) {
        return {static_cast<int>(in.size()), Dense.features, Dense.bias, has_norm, has_function,
                has_norm || of_argument};
    }
    /// A sample as a position of one pixel, without a function behind it that is not ReLU.
    static constexpr cpu::ChannelsLastBlock rows(Shape in) {
        return {{{static_cast<int>(in.size()), 1, 1, Dense.features, 1, 1}, Dense.bias, has_norm, is_relu(Function)},
                false};
    }
    template <Shape In> static void infer_rows(cpu::Device& device, const Pass<float>& p) {
        rows(In).infer(device, {true, true}, p);
        if constexpr (has_function && !is_relu(Function)) {
            const cpu::FormulaLoops loops = function(device);
            device.for_ranges(p.n * Dense.features,
                              [&](int begin, int end) { loops.forward(p.y + begin, p.y + begin, end - begin); });
        }
    }
    static cpu::FormulaLoops function([[maybe_unused]] const cpu::Device& device) {
        if constexpr (has_function) return cpu::formula_loops<Function.function>(device.isa());
        return {};
    }
};

}  // namespace tn
