// Dense layers as products through cuBLAS.
#pragma once

#include "dsl/core/kernel.hpp"
#include "runtime/cuda/gpu_device.hpp"
#include "runtime/cuda/launches.hpp"
#include "runtime/cuda/product.hpp"

namespace tn {

namespace cuda {

/// y = W x + b: column by column, as cuBLAS reads, x is [inputs][n], W' [inputs][outputs] and y [outputs][n].
/// cuBLAS could apply a ReLU that follows, too, but makes 0 of NaN (reported in NVIDIA's forum, thread 329783): the
/// loss would no longer show that weights have diverged.
template <class Gpu, Precision P> void dense_forward(BasicDevice<Gpu, P>& device, const Pass<float>& p) {
    const int inputs = static_cast<int>(p.in.size()), outputs = p.out.channels;
    Product product{true, false, outputs, p.n, inputs, p.parameter[0], p.x, inputs, inputs, outputs, p.y};
    product.bias = p.parameter[1];
    if (!device.gpu().multiply(product)) add_bias(device.gpu(), p);
}

template <class Gpu, Precision P> void dense_backward(BasicDevice<Gpu, P>& device, const Pass<float>& p) {
    const int inputs = static_cast<int>(p.in.size()), outputs = p.out.channels;
    Product dw{false, true, inputs, outputs, p.n, p.x, p.dy, inputs, outputs, inputs, p.gradient[0]};
    dw.sums_of_b = p.gradient[1];
    if (!device.gpu().multiply(dw)) bias_backward(device.gpu(), p);
    if (p.dx)
        device.gpu().multiply(
            Product{false, false, inputs, p.n, outputs, p.parameter[0], p.dy, inputs, outputs, inputs, p.dx});
}

}  // namespace cuda

template <class Gpu, cuda::Precision P, Operation Dense>
    requires(Dense.kind == Operation::dense)
struct KernelFor<cuda::BasicDevice<Gpu, P>, Dense> {
    static constexpr KernelInfo info(Shape) { return {"cuBLAS", "the bias in its epilogue"}; }
    template <Shape> static void forward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        cuda::dense_forward(device, p);
    }
    template <Shape> static void backward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        cuda::dense_backward(device, p);
    }
};

}  // namespace tn
