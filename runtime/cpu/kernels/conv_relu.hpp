// A convolution with a rectifier behind it and nothing else, on the CPU.
#pragma once

#include <algorithm>
#include <cstddef>

#include "dsl/core/kernel.hpp"
#include "dsl/fusions/conv_block.hpp"
#include "runtime/cpu/host_device.hpp"
#include "runtime/cpu/kernels/conv_block.hpp"
#include "runtime/cpu/kernels/formula.hpp"

namespace tn {

/// In training what comes out of the convolution is rectified where it lies, and backward takes the slope from y: the
/// convolution's own result, which a ConvBlock would keep beside y, is not kept.
template <Operation Conv, Operation Rectifier>
    requires(cpu::rectifies_in_place<Conv, Rectifier>())
struct KernelFor<cpu::Device, Conv, Rectifier> : cpu::ConvBlockKernel<Conv, Rectifier> {
    static constexpr std::size_t saved(Shape in, int batch) { return Block::saved(in, batch); }
    static constexpr std::size_t work(Shape in, int batch) {
        return std::max(InInference::work(in, batch), Block::work(in, batch));
    }
    static constexpr std::size_t backward_work(Shape in, int batch) {
        return gradient(in, batch) + Block::backward_work(in, batch);
    }

    template <Shape In> static void forward(cpu::Device& device, const Pass<float>& p) {
        Block::template forward<In>(device, p);
        const cpu::FormulaLoops loops = cpu::formula_loops<Rectifier.function>(device.isa());
        device.for_ranges(count(p), [&](int begin, int end) { loops.forward(p.y + begin, p.y + begin, end - begin); });
    }
    template <Shape In> static void backward(cpu::Device& device, const Pass<float>& p) {
        const cpu::FormulaLoops loops = cpu::formula_loops<Rectifier.function>(device.isa());
        float* g = p.work;
        device.for_ranges(count(p), [&](int begin, int end) {
            loops.backward(nullptr, p.y + begin, p.dy + begin, g + begin, end - begin);
        });
        Pass<float> of_block = p;
        of_block.dy = g;
        of_block.work = p.work + gradient(In, p.n);
        Block::template backward<In>(device, of_block);
    }

private:
    using InInference = cpu::ConvBlockKernel<Conv, Rectifier>;
    using Block = cpu::ConvBlockKernel<Conv>;

    static constexpr std::size_t gradient(Shape in, int n) { return n * Block::geometry(in).y_size(); }
    static int count(const Pass<float>& p) { return p.n * static_cast<int>(p.out.size()); }
};

}  // namespace tn
