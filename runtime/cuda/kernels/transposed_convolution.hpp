// A transposed convolution by itself on CUDA: products through cuBLAS, and the columns that they give.
#pragma once

#include <algorithm>

#include "dsl/core/kernel.hpp"
#include "runtime/cuda/gpu_device.hpp"
#include "runtime/cuda/kernels/columns.hpp"
#include "runtime/cuda/kernels/convolution.hpp"
#include "runtime/cuda/launches.hpp"
#include "runtime/cuda/product.hpp"

namespace tn {

namespace cuda {

/// columns = W' x, sample by sample; y is their sum where they stand for the same value.
template <class Gpu, Precision P>
void transposed_convolution_forward(BasicDevice<Gpu, P>& device, const Operation& conv, const Pass<float>& p) {
    const Taps taps{conv.window, p.out, p.in};
    const int depth = static_cast<int>(taps.rows()), pixels = static_cast<int>(p.in.plane());
    for (int first = 0; first < p.n; first += slices) {
        const int samples = std::min(slices, p.n - first);
        Product columns{.transpose_b = true, .m = pixels, .n = depth, .k = p.in.channels};
        columns.a = p.x + first * p.in.size();
        columns.b = p.parameter[0];
        columns.c = p.work;
        columns.lda = columns.ldc = pixels;
        columns.ldb = depth;
        columns.batch = samples;
        columns.stride_a = p.in.size();
        columns.stride_c = taps.columns();
        device.gpu().multiply(columns);
        const std::size_t values = samples * p.out.size();
        launch_each(
            device.gpu(), values,
            FromColumns{values, taps, {p.work, samples * taps.columns()}, {p.y + first * p.out.size(), values}});
    }
    if (p.parameter[1]) add_bias(device.gpu(), p);
}

/// With the columns of dy: dW = x columns' summed over the samples, dx = W columns.
template <class Gpu, Precision P>
void transposed_convolution_backward(BasicDevice<Gpu, P>& device, const Operation& conv, const Pass<float>& p) {
    const Taps taps{conv.window, p.out, p.in};
    const int depth = static_cast<int>(taps.rows()), pixels = static_cast<int>(p.in.plane());
    const std::size_t weights = Index{depth} * p.in.channels;
    float* partial = p.work + slices * taps.columns();
    for (int first = 0; first < p.n; first += slices) {
        const int samples = std::min(slices, p.n - first);
        const std::size_t values = samples * taps.columns();
        launch_each(device.gpu(), values,
                    ToColumns{values,
                              taps,
                              {p.dy + first * p.out.size(), static_cast<std::size_t>(samples * p.out.size())},
                              {p.work, values}});
        Product dw{.transpose_a = true, .m = depth, .n = p.in.channels, .k = pixels};
        dw.a = p.work;
        dw.b = p.x + first * p.in.size();
        dw.c = partial;
        dw.lda = dw.ldb = pixels;
        dw.ldc = depth;
        dw.batch = samples;
        dw.stride_a = taps.columns();
        dw.stride_b = p.in.size();
        dw.stride_c = weights;
        device.gpu().multiply(dw);
        sum_parts(device.gpu(), samples, weights, first > 0, partial, p.gradient[0]);
        if (!p.dx) continue;
        Product dx{.m = pixels, .n = p.in.channels, .k = depth};
        dx.a = p.work;
        dx.b = p.parameter[0];
        dx.c = p.dx + first * p.in.size();
        dx.lda = dx.ldc = pixels;
        dx.ldb = depth;
        dx.batch = samples;
        dx.stride_a = taps.columns();
        dx.stride_c = p.in.size();
        device.gpu().multiply(dx);
    }
    if (p.gradient[1]) bias_backward(device.gpu(), p);
}

}  // namespace cuda

template <class Gpu, cuda::Precision P, Operation Conv>
    requires(Conv.kind == Operation::transposed_convolution)
struct KernelFor<cuda::BasicDevice<Gpu, P>, Conv> {
    static constexpr KernelInfo info(Shape) { return {"cuBLAS and col2im", "nothing behind it is fused with it"}; }

    /// The columns and the gradients of some samples.
    static constexpr std::size_t work(Shape in, int) {
        const Index depth = Index{Conv.features} * Conv.window.kernel_h * Conv.window.kernel_w;
        return slices * (depth * in.plane() + depth * in.channels);
    }

    template <Shape> static void forward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        cuda::transposed_convolution_forward(device, Conv, p);
    }
    template <Shape> static void backward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        cuda::transposed_convolution_backward(device, Conv, p);
    }
};

}  // namespace tn
