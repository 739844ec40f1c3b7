// Average pooling by itself: a thread for every output value, and backward one for every input value, which adds up the
// windows that hold it; so nothing is added from two sides.
#pragma once

#include "dsl/core/kernel.hpp"
#include "runtime/cuda/execution.hpp"
#include "runtime/cuda/gpu_device.hpp"
#include "runtime/cuda/kernels/pixel.hpp"
#include "runtime/cuda/launches.hpp"

namespace tn::cuda {

/// Padding counts as zeros.
template <Window W> inline constexpr float share_of_average = 1.0f / static_cast<float>(W.kernel_h * W.kernel_w);

template <Window W> struct AveragePoolForward {
    std::size_t count;  // values of y
    Shape in, out;
    Span<const float> x;
    Span<float> y;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t i = global_index(t);
        if (i >= count) return;
        const Pixel at(i, out);
        float sum = 0;
        each_tap(W, in, at.row, at.column,
                 [&](int row, int column, int) { sum += x[at.plane * in.plane() + Index{row} * in.width + column]; });
        y[i] = sum * share_of_average<W>;
    }
};

template <Window W> struct AveragePoolBackward {
    std::size_t count;  // values of x
    Shape in, out;
    Span<const float> dy;
    Span<float> dx;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t i = global_index(t);
        if (i >= count) return;
        const Pixel at(i, in);
        float sum = 0;
        each_position(W, out, at.row, at.column, [&](int row, int column, int) {
            sum += dy[at.plane * out.plane() + Index{row} * out.width + column];
        });
        dx[i] = sum * share_of_average<W>;
    }
};

}  // namespace tn::cuda

namespace tn {

template <class Gpu, cuda::Precision P, Operation Pool>
    requires(Pool.kind == Operation::average_pool)
struct KernelFor<cuda::BasicDevice<Gpu, P>, Pool> {
    static constexpr KernelInfo info(Shape) { return {"average pool", "a thread for every value"}; }

    template <Shape> static void forward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        const std::size_t in = cuda::in_size(p), out = cuda::out_size(p);
        cuda::launch_each(device.gpu(), out,
                          cuda::AveragePoolForward<Pool.window>{out, p.in, p.out, {p.x, in}, {p.y, out}});
    }
    template <Shape> static void backward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        if (!p.dx) return;
        const std::size_t in = cuda::in_size(p), out = cuda::out_size(p);
        cuda::launch_each(device.gpu(), in,
                          cuda::AveragePoolBackward<Pool.window>{in, p.in, p.out, {p.dy, out}, {p.dx, in}});
    }
};

}  // namespace tn
