// Average pooling by itself: a thread for every output value, and backward one for every input value, which adds up the
// windows that hold it; so nothing is added from two sides.
#pragma once

#include "dsl/core/kernel.hpp"
#include "runtime/cuda/execution.hpp"
#include "runtime/cuda/gpu_device.hpp"
#include "runtime/cuda/launches.hpp"

namespace tn::cuda {

template <Window W> struct AveragePoolForward {
    std::size_t count;  // values of y
    Shape in, out;
    Span<const float> x;
    Span<float> y;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t at = global_index(t);
        if (at >= count) return;
        const std::size_t plane = at / out.plane() * in.plane();
        const int place = static_cast<int>(at % out.plane());
        const int row = place / out.width * W.stride, column = place % out.width * W.stride;
        float sum = 0;
        for (int i = 0; i < W.kernel_h; ++i)
            for (int j = 0; j < W.kernel_w; ++j) sum += x[plane + (row + i) * in.width + column + j];
        y[at] = sum * (1.0f / static_cast<float>(W.kernel_h * W.kernel_w));
    }
};

template <Window W> struct AveragePoolBackward {
    std::size_t count;  // values of x
    Shape in, out;
    Span<const float> dy;
    Span<float> dx;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t at = global_index(t);
        if (at >= count) return;
        const std::size_t plane = at / in.plane() * out.plane();
        const int place = static_cast<int>(at % in.plane());
        const int row = place / in.width, column = place % in.width;
        float sum = 0;
        for (int oy = first_window(row, W.kernel_h, W.stride); oy <= last_window(row, W.stride, out.height); ++oy)
            for (int ox = first_window(column, W.kernel_w, W.stride); ox <= last_window(column, W.stride, out.width);
                 ++ox)
                sum += dy[plane + oy * out.width + ox];
        dx[at] = sum * (1.0f / static_cast<float>(W.kernel_h * W.kernel_w));
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
