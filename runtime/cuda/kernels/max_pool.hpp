// Max pooling by itself: a thread for every output value, and backward one for every input value, which looks into the
// windows that hold it; so nothing is added from two sides.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/kernel.hpp"
#include "runtime/cuda/execution.hpp"
#include "runtime/cuda/gpu_device.hpp"

namespace tn::cuda {

template <Window W> struct PoolForward {
    std::size_t count;  // values of y
    Shape in, out;
    Span<const float> x;
    Span<float> y;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t i = global_index(t);
        if (i >= count) return;
        const std::size_t plane = i / out.plane(), at = i % out.plane();
        const std::size_t row = at / out.width, column = at % out.width;
        const Index width = in.width;
        y[i] = x[first_largest(x, plane * in.plane() + (row * width + column) * W.stride, width, W)];
    }
};

template <Window W> struct PoolBackward {
    std::size_t count;  // values of x
    Shape in, out;
    Span<const float> x, dy;
    Span<float> dx;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t i = global_index(t);
        if (i >= count) return;
        const std::size_t plane = i / in.plane(), at = i % in.plane();
        const int place = static_cast<int>(at), row = place / in.width, column = place % in.width;
        const Index width = in.width;
        float sum = 0;
        for (int oy = first_window(row, W.kernel_h, W.stride); oy <= last_window(row, W.stride, out.height); ++oy)
            for (int ox = first_window(column, W.kernel_w, W.stride); ox <= last_window(column, W.stride, out.width);
                 ++ox) {
                const std::size_t corner = plane * in.plane() + Index{oy * in.width + ox} * W.stride,
                                  largest = first_largest(x, corner, width, W);
                if (largest == i) sum += dy[plane * out.plane() + oy * out.width + ox];
            }
        dx[i] = sum;
    }
};

}  // namespace tn::cuda

namespace tn {

template <class Gpu, cuda::Precision P, Operation Pool>
    requires(Pool.kind == Operation::max_pool)
struct KernelFor<cuda::BasicDevice<Gpu, P>, Pool> {
    static constexpr KernelInfo info(Shape) { return {"max pool", "a thread for every value"}; }

    template <Shape> static void forward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        const std::size_t in = cuda::in_size(p), out = cuda::out_size(p);
        cuda::launch_each(device.gpu(), out, cuda::PoolForward<Pool.window>{out, p.in, p.out, {p.x, in}, {p.y, out}});
    }
    template <Shape> static void backward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        if (!p.dx) return;
        const std::size_t in = cuda::in_size(p), out = cuda::out_size(p);
        cuda::launch_each(device.gpu(), in,
                          cuda::PoolBackward<Pool.window>{in, p.in, p.out, {p.x, in}, {p.dy, out}, {p.dx, in}});
    }
};

}  // namespace tn
