// The end of a residual's branch on the CPU: the block of convolution and normalisation, then the addition in its
// place.
#pragma once

#include "dsl/core/kernel.hpp"
#include "dsl/fusions/conv_add.hpp"
#include "dsl/net/execute.hpp"
#include "runtime/cpu/host_device.hpp"
#include "runtime/cpu/kernels/conv_block.hpp"

namespace tn {

template <Operation Conv, Operation Norm, Operation... Behind>
    requires(fusions::ConvAdd::pattern::is<Conv, Norm, Behind...>() && fusions::ConvBlock::has_geometry<Conv>())
struct KernelFor<cpu::Device, Conv, Norm, Behind...> {
    static constexpr KernelInfo info(Shape in) { return {"fused with the addition", Block::info(in).name}; }
    static constexpr std::size_t saved(Shape in, int batch) { return Block::saved(in, batch); }
    static constexpr std::size_t work(Shape in, int batch) { return Block::work(in, batch); }
    static constexpr std::size_t backward_work(Shape in, int batch) { return Block::backward_work(in, batch); }

    template <Shape In> static void forward(cpu::Device& device, const Pass<float>& p) {
        Block::template forward<In>(device, p);
        device.for_ranges(part_count<Add>(p), ForwardPart<Add, float>{p});
    }
    template <Shape In> static void infer(cpu::Device& device, const Pass<float>& p) {
        Block::template infer<In>(device, p);
        device.for_ranges(part_count<Add>(p), ForwardPart<Add, float>{p});
    }
    template <Shape In> static void backward(cpu::Device& device, const Pass<float>& p) {
        const Pass<float> of_branch = fusions::with_gradient_of_sum(p);
        device.for_ranges(part_count<Add>(p), BackwardPart<Add, float>{of_branch});
        Block::template backward<In>(device, fusions::behind_sum(of_branch));
    }

private:
    using Block = KernelFor<cpu::Device, Conv, Norm>;
    using Add = fusions::AddBranch<(is_relu(Behind) || ...)>;
};

}  // namespace tn
