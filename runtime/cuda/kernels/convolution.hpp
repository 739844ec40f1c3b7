// A convolution by itself, for any window and groups: columns, then products through cuBLAS.
#pragma once

#include <algorithm>

#include "dsl/core/conv_columns.hpp"
#include "dsl/core/index.hpp"
#include "dsl/core/kernel.hpp"
#include "runtime/cuda/gpu_device.hpp"
#include "runtime/cuda/kernels/columns.hpp"
#include "runtime/cuda/launches.hpp"
#include "runtime/cuda/product.hpp"

namespace tn {

namespace cuda {

/// The columns of `group` samples from the `first` one on.
template <class Gpu> void to_columns(Gpu& gpu, const Taps& taps, const Pass<float>& p, int first, int group) {
    const std::size_t count = group * taps.columns();
    const Index values = group * p.in.size();
    launch_each(gpu, count, ToColumns{count, taps, {p.x + first * p.in.size(), values}, {p.work, count}});
}
template <class Gpu> void sum_parts(Gpu& gpu, int parts, std::size_t size, bool add, const float* part, float* sum) {
    gpu.launch(SumParts<>{parts, size, add, {part, parts * size}, {sum, size}}, blocks(static_cast<int>(size), warp),
               sum_parts_threads);
}

/// A number of samples at a time is spread into columns in p.work: y = W columns, sample by sample and group by group.
template <class Gpu, Precision P>
void convolution_forward(BasicDevice<Gpu, P>& device, const Operation& conv, const Pass<float>& p) {
    const ConvColumns c(conv, p.in);
    const Taps taps{conv.window, p.in, p.out};
    const int depth = c.group_depth(), filters = c.group_filters(), pixels = c.pixels;
    for (int first = 0; first < p.n; first += slices) {
        const int samples = std::min(slices, p.n - first);
        to_columns(device.gpu(), taps, p, first, samples);
        for (Index g = 0; g < c.groups; ++g) {
            Product y{.m = pixels, .n = filters, .k = depth};
            y.a = p.work + g * depth * pixels;
            y.b = p.parameter[0] + g * filters * depth;
            y.c = p.y + first * p.out.size() + g * filters * pixels;
            y.lda = pixels;
            y.ldb = depth;
            y.ldc = pixels;
            y.batch = samples;
            y.stride_a = c.size();
            y.stride_c = p.out.size();
            device.gpu().multiply(y);
        }
    }
    if (p.parameter[1]) add_bias(device.gpu(), p);
}

/// dW = the sum of dy columns' over the samples, dx = W' dy summed where columns stand for the same value.
template <class Gpu, Precision P>
void convolution_backward(BasicDevice<Gpu, P>& device, const Operation& conv, const Pass<float>& p) {
    const ConvColumns c(conv, p.in);
    const Taps taps{conv.window, p.in, p.out};
    const int depth = c.group_depth(), filters = c.group_filters(), pixels = c.pixels;
    float* partial = p.work + slices * c.size();
    for (int first = 0; first < p.n; first += slices) {
        const int samples = std::min(slices, p.n - first);
        const float* dy = p.dy + first * p.out.size();
        to_columns(device.gpu(), taps, p, first, samples);
        for (Index g = 0; g < c.groups; ++g) {
            Product dw{.transpose_a = true, .m = depth, .n = filters, .k = pixels};
            dw.a = p.work + g * depth * pixels;
            dw.b = dy + g * filters * pixels;
            dw.c = partial + g * filters * depth;
            dw.lda = dw.ldb = pixels;
            dw.ldc = depth;
            dw.batch = samples;
            dw.stride_a = c.size();
            dw.stride_b = p.out.size();
            dw.stride_c = c.weights();
            device.gpu().multiply(dw);
        }
        sum_parts(device.gpu(), samples, c.weights(), first > 0, partial, p.gradient[0]);
        if (!p.dx) continue;
        for (Index g = 0; g < c.groups; ++g) {
            Product dcolumns{.transpose_b = true, .m = pixels, .n = depth, .k = filters};
            dcolumns.a = dy + g * filters * pixels;
            dcolumns.b = p.parameter[0] + g * filters * depth;
            dcolumns.c = p.work + g * depth * pixels;
            dcolumns.lda = dcolumns.ldc = pixels;
            dcolumns.ldb = depth;
            dcolumns.batch = samples;
            dcolumns.stride_a = p.out.size();
            dcolumns.stride_c = c.size();
            device.gpu().multiply(dcolumns);
        }
        const std::size_t values = samples * p.in.size();
        launch_each(
            device.gpu(), values,
            FromColumns{values, taps, {p.work, samples * taps.columns()}, {p.dx + first * p.in.size(), values}});
    }
    if (p.gradient[1]) bias_backward(device.gpu(), p);
}

}  // namespace cuda

template <class Gpu, cuda::Precision P, Operation Conv>
    requires(Conv.kind == Operation::convolution && Conv.groups != 0)
struct KernelFor<cuda::BasicDevice<Gpu, P>, Conv> {
    static constexpr KernelInfo info(Shape) { return {"im2col and cuBLAS", "nothing behind it is fused with it"}; }

    /// The columns and the gradients of some samples.
    static constexpr std::size_t work(Shape in, int) {
        const ConvColumns c(Conv, in);
        return slices * (c.size() + c.weights());
    }

    template <Shape> static void forward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        cuda::convolution_forward(device, Conv, p);
    }
    template <Shape> static void backward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        cuda::convolution_backward(device, Conv, p);
    }
};

}  // namespace tn
