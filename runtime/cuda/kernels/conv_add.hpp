// The end of a residual's branch on CUDA: the block of convolution and normalisation, then the addition in its place.
#pragma once

#include "dsl/core/kernel.hpp"
#include "dsl/fusions/conv_add.hpp"
#include "dsl/net/execute.hpp"
#include "runtime/cuda/gpu_device.hpp"
#include "runtime/cuda/kernels/conv_block.hpp"

namespace tn {

template <class Gpu, cuda::Precision P, Operation Conv, Operation Norm, Operation... Behind>
    requires(fusions::ConvAdd::pattern::is<Conv, Norm, Behind...>() && fusions::ConvBlock::has_geometry<Conv>() &&
             fusions::ConvBlock::is_plain<Conv>() && fusions::ConvAdd::is_plain_sum<Behind...>())
struct KernelFor<cuda::BasicDevice<Gpu, P>, Conv, Norm, Behind...> {
    static constexpr KernelInfo info(Shape in) { return {"fused with the addition", Block::info(in).name}; }
    static constexpr std::size_t saved(Shape in, int batch) { return Block::saved(in, batch); }
    static constexpr std::size_t work(Shape in, int batch) { return Block::work(in, batch); }

    template <Shape In> static void forward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        Block::template forward<In>(device, p);
        device.for_ranges(part_count<Add>(p), ForwardPart<Add, float>{p});
    }
    template <Shape In> static void backward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        const Pass<float> of_branch = fusions::with_gradient_of_sum(p);
        device.for_ranges(part_count<Add>(p), BackwardPart<Add, float>{of_branch});
        Block::template backward<In>(device, fusions::behind_sum(of_branch));
    }

private:
    using Block = KernelFor<cuda::BasicDevice<Gpu, P>, Conv, Norm>;
    using Add = fusions::AddBranch<(is_relu(Behind) || ...)>;
};

}  // namespace tn
