// A depthwise convolution by itself: a thread for every value of y and of dx, a block for every weight's gradient.
#pragma once

#include "dsl/core/kernel.hpp"
#include "runtime/cuda/gpu_device.hpp"
#include "runtime/cuda/kernels/pixel.hpp"
#include "runtime/cuda/launches.hpp"

namespace tn::cuda {

template <Window W> struct DepthwiseForward {
    std::size_t count;  // values of y
    Shape in, out;
    Span<const float> x, weight;
    Span<float> y;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t i = global_index(t);
        if (i >= count) return;
        const Pixel at(i, out);
        const Index sample = at.plane / out.channels, filter = at.plane % out.channels,
                    channel = filter / (out.channels / in.channels);
        float sum = 0;
        each_tap(W, in, at.row, at.column, [&](int row, int column, int tap) {
            sum += weight[filter * (W.kernel_h * W.kernel_w) + tap] *
                   x[sample * in.size() + channel * in.plane() + Index{row} * in.width + column];
        });
        y[i] = sum;
    }
};

template <Window W> struct DepthwiseBackward {
    std::size_t count;  // values of x
    Shape in, out;
    Span<const float> dy, weight;
    Span<float> dx;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t i = global_index(t);
        if (i >= count) return;
        const Pixel at(i, in);
        const int each = out.channels / in.channels;
        const Index sample = at.plane / in.channels, channel = at.plane % in.channels;
        float sum = 0;
        for (Index filter = channel * each; filter < (channel + 1) * each; ++filter)
            each_position(W, out, at.row, at.column, [&](int row, int column, int tap) {
                sum += weight[filter * (W.kernel_h * W.kernel_w) + tap] *
                       dy[sample * out.size() + filter * out.plane() + Index{row} * out.width + column];
            });
        dx[i] = sum;
    }
};

inline constexpr int depthwise_threads = 256;

/// Block b sums the gradient of weight b: of tap b % taps of filter b / taps.
template <Window W> struct DepthwiseWeights {
    static constexpr std::size_t shared_bytes = depthwise_threads / warp * sizeof(float);
    int samples;
    Shape in, out;
    Span<const float> x, dy;
    Span<float> dw;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        constexpr int taps = W.kernel_h * W.kernel_w;
        auto scratch = t.template shared<float>(0, depthwise_threads / warp);
        const int filter = t.block() / taps, tap = t.block() % taps, channel = filter / (out.channels / in.channels);
        float sum = 0;
        for (Index i = t.thread(); i < samples * out.plane(); i += t.threads()) {
            const Pixel at(i, out);
            const int row = at.row * W.stride_h + tap / W.kernel_w * W.dilation_h - W.pad.top,
                      column = at.column * W.stride_w + tap % W.kernel_w * W.dilation_w - W.pad.left;
            if (row >= 0 && row < in.height && column >= 0 && column < in.width)
                sum += dy[at.plane * out.size() + filter * out.plane() + Index{at.row} * out.width + at.column] *
                       x[at.plane * in.size() + channel * in.plane() + Index{row} * in.width + column];
        }
        sum = block_sum(t, sum, scratch);
        if (t.thread() == 0) dw[t.block()] = sum;
    }
};

}  // namespace tn::cuda

namespace tn {

template <class Gpu, cuda::Precision P, Operation Conv>
    requires(Conv.kind == Operation::convolution && Conv.groups == 0)
struct KernelFor<cuda::BasicDevice<Gpu, P>, Conv> {
    static constexpr KernelInfo info(Shape) { return {"depthwise", "a thread for every value"}; }

    template <Shape> static void forward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        const std::size_t in = cuda::in_size(p), out = cuda::out_size(p);
        cuda::launch_each(
            device.gpu(), out,
            cuda::DepthwiseForward<Conv.window>{out, p.in, p.out, {p.x, in}, {p.parameter[0], weights(p)}, {p.y, out}});
        if (p.parameter[1]) cuda::add_bias(device.gpu(), p);
    }
    template <Shape> static void backward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        const std::size_t in = cuda::in_size(p), out = cuda::out_size(p);
        device.gpu().launch(
            cuda::DepthwiseWeights<Conv.window>{p.n, p.in, p.out, {p.x, in}, {p.dy, out}, {p.gradient[0], weights(p)}},
            static_cast<int>(weights(p)), cuda::depthwise_threads);
        if (p.gradient[1]) cuda::bias_backward(device.gpu(), p);
        if (!p.dx) return;
        cuda::launch_each(device.gpu(), in,
                          cuda::DepthwiseBackward<Conv.window>{
                              in, p.in, p.out, {p.dy, out}, {p.parameter[0], weights(p)}, {p.dx, in}});
    }

private:
    static std::size_t weights(const Pass<float>& p) {
        return Index{p.out.channels} * Conv.window.kernel_h * Conv.window.kernel_w;
    }
};

}  // namespace tn
