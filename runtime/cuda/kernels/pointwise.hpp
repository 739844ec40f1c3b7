// A pointwise function by itself on CUDA: a thread for every value, generated from its formula.
#pragma once

#include "dsl/core/derivative.hpp"
#include "dsl/core/kernel.hpp"
#include "runtime/cuda/gpu_device.hpp"

namespace tn {

namespace cuda {
template <Expression F> struct FunctionValues {
    static constexpr float value(float x) { return evaluate<F>(x); }
    static constexpr float slope(float x, float y) { return tn::slope<F>(x, y); }
};
}  // namespace cuda

template <class Gpu, cuda::Precision P, Operation Function>
    requires(Function.kind == Operation::pointwise && Function.function.fits())
struct KernelFor<cuda::BasicDevice<Gpu, P>, Function> {
    static constexpr KernelInfo info(Shape) { return {"pointwise", "a thread for every value"}; }
    template <Shape> static void forward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        const std::size_t count = size(p);
        launch_each(device.gpu(), count, cuda::ElementwiseForward<Values>{count, {p.x, count}, {p.y, count}});
    }
    template <Shape> static void backward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        const std::size_t count = size(p);
        launch_each(device.gpu(), count,
                    cuda::ElementwiseBackward<Values>{count, {p.x, count}, {p.y, count}, {p.dy, count}, {p.dx, count}});
    }

private:
    using Values = cuda::FunctionValues<Function.function>;
    static std::size_t size(const Pass<float>& p) { return p.n * p.out.size(); }
};

}  // namespace tn
