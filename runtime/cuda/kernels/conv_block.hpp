// A convolution with what is fused behind it, on CUDA: as a product on tensor cores, or a stem of few input channels.
#pragma once

#include "dsl/core/kernel.hpp"
#include "dsl/fusions/conv_block.hpp"
#include "runtime/cuda/gpu_device.hpp"
#include "runtime/cuda/product_block.hpp"
#include "runtime/cuda/stem_block.hpp"

namespace tn {

namespace cuda {

/// The pass of the block: an object with forward() and backward().
template <BlockGeometry G, class Gpu, Precision P>
auto conv_block(BasicDevice<Gpu, P>& device, const Pass<float>& p, const NormAttributes& norm) {
    if constexpr (is_stem(G))
        return StemBlock<G, Gpu>(device.gpu(), device.group(), p, norm);
    else
        return ProductBlock<G, P, Gpu>(device.gpu(), device.group(), p, norm);
}

/// Values of float that forward leaves for backward, and of scratch within one pass.
constexpr std::size_t conv_block_saved(const BlockGeometry& g, int batch, Precision p) {
    return is_stem(g) ? StemSaved(g, batch).values : BlockSaved(g, batch, p).values;
}
constexpr std::size_t conv_block_work(const BlockGeometry& g, int batch, Precision p) {
    return is_stem(g) ? StemWork(g, batch).values : BlockWork(g, batch, p).values;
}

}  // namespace cuda

template <class Gpu, cuda::Precision P, Operation Conv, Operation... Behind>
    requires(sizeof...(Behind) > 0 && fusions::ConvBlock::pattern::is<Conv, Behind...>() &&
             fusions::ConvBlock::has_geometry<Conv, Behind...>() && fusions::ConvBlock::is_plain<Conv, Behind...>())
struct KernelFor<cuda::BasicDevice<Gpu, P>, Conv, Behind...> {
    static constexpr BlockGeometry geometry(Shape in) { return fusions::ConvBlock::geometry<Conv, Behind...>(in); }

    static constexpr KernelInfo info(Shape in) {
        if (cuda::is_stem(geometry(in))) return {"fused, stem", "up to 3 channels: z is not stored"};
        return {"fused, product", P == cuda::Precision::fp32 ? "fp32 on CUDA cores" : "tensor cores"};
    }
    static constexpr std::size_t saved(Shape in, int batch) { return cuda::conv_block_saved(geometry(in), batch, P); }
    static constexpr std::size_t work(Shape in, int batch) { return cuda::conv_block_work(geometry(in), batch, P); }

    template <Shape In> static void forward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        cuda::conv_block<geometry(In)>(device, p, norm).forward();
    }
    template <Shape In> static void backward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        cuda::conv_block<geometry(In)>(device, p, norm).backward();
    }

private:
    static constexpr Operation batch_norm = fusions::ConvBlock::find<Behind...>(Operation::batch_norm);
    static constexpr cuda::NormAttributes norm{batch_norm.epsilon, batch_norm.momentum};
};

}  // namespace tn
