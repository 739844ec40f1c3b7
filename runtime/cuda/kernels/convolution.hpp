// A convolution by itself, for any window: columns, then products through cuBLAS.
#pragma once

#include <algorithm>

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
    launch_each(gpu, count, ToColumns{count, taps, {p.x + first * p.in.size(), group * p.in.size()}, {p.work, count}});
}
template <class Gpu> void sum_parts(Gpu& gpu, int parts, std::size_t size, bool add, const float* part, float* sum) {
    gpu.launch(SumParts<>{parts, size, add, {part, parts * size}, {sum, size}}, blocks(static_cast<int>(size), warp),
               sum_parts_threads);
}

/// A group of samples at a time is spread into columns in p.work: y = W columns, sample by sample.
template <class Gpu, Precision P>
void convolution_forward(BasicDevice<Gpu, P>& device, const Window& window, const Pass<float>& p) {
    const Taps taps{window, p.in, p.out};
    const int rows = static_cast<int>(taps.rows()), pixels = static_cast<int>(p.out.plane());
    for (int first = 0; first < p.n; first += slices) {
        const int samples = std::min(slices, p.n - first);
        to_columns(device.gpu(), taps, p, first, samples);
        Product y{false,
                  false,
                  pixels,
                  p.out.channels,
                  rows,
                  p.work,
                  p.parameter[0],
                  pixels,
                  rows,
                  pixels,
                  p.y + first * p.out.size()};
        y.batch = samples;
        y.stride_a = taps.columns();
        y.stride_c = p.out.size();
        device.gpu().multiply(y);
    }
    if (p.parameter[1]) add_bias(device.gpu(), p);
}

/// dW = the sum of dy columns' over the samples, dx = W' dy summed where columns stand for the same value.
template <class Gpu, Precision P>
void convolution_backward(BasicDevice<Gpu, P>& device, const Window& window, const Pass<float>& p) {
    const Taps taps{window, p.in, p.out};
    const int rows = static_cast<int>(taps.rows()), pixels = static_cast<int>(p.out.plane());
    const std::size_t weights = taps.rows() * p.out.channels;
    float* partial = p.work + slices * taps.columns();
    for (int first = 0; first < p.n; first += slices) {
        const int samples = std::min(slices, p.n - first);
        const float* dy = p.dy + first * p.out.size();
        to_columns(device.gpu(), taps, p, first, samples);
        Product dw{true, false, rows, p.out.channels, pixels, p.work, dy, pixels, pixels, rows, partial};
        dw.batch = samples;
        dw.stride_a = taps.columns();
        dw.stride_b = p.out.size();
        dw.stride_c = weights;
        device.gpu().multiply(dw);
        sum_parts(device.gpu(), samples, weights, first > 0, partial, p.gradient[0]);
        if (!p.dx) continue;
        Product dcolumns{false, true, pixels, rows, p.out.channels, dy, p.parameter[0], pixels, rows, pixels, p.work};
        dcolumns.batch = samples;
        dcolumns.stride_a = p.out.size();
        dcolumns.stride_c = taps.columns();
        device.gpu().multiply(dcolumns);
        const std::size_t values = samples * p.in.size();
        launch_each(
            device.gpu(), values,
            FromColumns{values, taps, {p.work, samples * taps.columns()}, {p.dx + first * p.in.size(), values}});
    }
    if (p.gradient[1]) bias_backward(device.gpu(), p);
}

}  // namespace cuda

template <class Gpu, cuda::Precision P, Operation Conv>
    requires(Conv.kind == Operation::convolution)
struct KernelFor<cuda::BasicDevice<Gpu, P>, Conv> {
    static constexpr KernelInfo info(Shape) { return {"im2col and cuBLAS", "nothing behind it is fused with it"}; }

    /// The columns and the gradients of a group of samples.
    static constexpr std::size_t work(Shape in, int) {
        const Window& w = Conv.window;
        const Index depth = in.channels * w.kernel_h * w.kernel_w, filters = Conv.features,
                    pixels = Index{window_places(in.height, w.kernel_h, w.stride, w.pad_h)} *
                             window_places(in.width, w.kernel_w, w.stride, w.pad_w);
        return slices * (depth * pixels + depth * filters);
    }

    template <Shape> static void forward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        cuda::convolution_forward(device, Conv.window, p);
    }
    template <Shape> static void backward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        cuda::convolution_backward(device, Conv.window, p);
    }
};

}  // namespace tn
