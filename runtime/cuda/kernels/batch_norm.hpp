// Batch normalisation by itself, of a batch that is here or that several processes share.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/kernel.hpp"
#include "runtime/cuda/block_plan.hpp"
#include "runtime/cuda/gpu_device.hpp"
#include "runtime/cuda/kernels/norm.hpp"
#include "runtime/cuda/kernels/sync_batch_norm.hpp"
#include "runtime/cuda/launches.hpp"

namespace tn {

namespace cuda {

template <class Gpu, Precision P>
void batch_norm_forward(BasicDevice<Gpu, P>& device, const Pass<float>& p, float epsilon, float momentum) {
    ProcessGroup* const group = device.group();
    const Index channels = p.in.channels;
    const Span<const float> x{p.x, in_size(p)};
    const BatchStatistics statistics{epsilon,
                                     momentum,
                                     {p.saved, channels},
                                     {p.saved ? p.saved + channels : nullptr, channels},
                                     {p.state[0], channels},
                                     {p.state[1], channels}};
    NormBy by = p.training ? NormBy::batch : NormBy::running;
    if (group && p.training) {
        const Span<double> sums = shared_sums(p.work, channels);
        device.gpu().launch(NormMoments{values_of(p, p.in), x, {sums}}, p.in.channels, norm_threads);
        take_whole_statistics(device.gpu(), *group, p, p.in, p.work, statistics);
        by = NormBy::kept;
    }
    device.gpu().launch(NormForward{by,
                                    values_of(p, p.in),
                                    x,
                                    {p.parameter[0], channels},
                                    {p.parameter[1], channels},
                                    {p.y, in_size(p)},
                                    statistics},
                        p.in.channels, norm_threads);
}

template <class Gpu, Precision P> void batch_norm_backward(BasicDevice<Gpu, P>& device, const Pass<float>& p) {
    ProcessGroup* const group = device.group();
    const Index channels = p.in.channels;
    const ChannelValues values = values_of(p, p.in);
    const Span<const float> x{p.x, in_size(p)}, dy{p.dy, in_size(p)}, gamma{p.parameter[0], channels},
        saved{p.saved, 2 * channels};
    const Span<float> dx{p.dx, in_size(p)}, dgamma{p.gradient[0], channels}, dbeta{p.gradient[1], channels};
    if (!group || !p.dx) {
        device.gpu().launch(NormBackward{values, x, dy, gamma, saved, dx, dgamma, dbeta}, p.in.channels, norm_threads);
        return;
    }
    const Span<double> sums = shared_sums(p.work, channels);
    device.gpu().launch(NormGradientSums{values, x, dy, saved, dgamma, dbeta, sums}, p.in.channels, norm_threads);
    group->sum_in_stream(sums.values());
    const float count = values_of_whole_channel(group, p, p.in);
    device.gpu().launch(NormInputGradient{values, count, x, dy, gamma, saved, sums, dx}, p.in.channels, norm_threads);
}

}  // namespace cuda

template <class Gpu, cuda::Precision P, Operation Norm>
    requires(Norm.kind == Operation::batch_norm)
struct KernelFor<cuda::BasicDevice<Gpu, P>, Norm> {
    static constexpr KernelInfo info(Shape) { return {"batch norm", "a block of threads for every channel"}; }
    /// What processes sum.
    static constexpr std::size_t work(Shape in, int) { return cuda::BlockWork::shared(in.channels); }
    template <Shape> static void forward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        cuda::batch_norm_forward(device, p, Norm.epsilon, Norm.momentum);
    }
    template <Shape> static void backward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        cuda::batch_norm_backward(device, p);
    }
};

}  // namespace tn
