// Max pooling by itself: a thread for every output value, and backward one for every input value, which looks into the
// windows that hold it; so nothing is added from two sides.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/kernel.hpp"
#include "runtime/cuda/execution.hpp"
#include "runtime/cuda/gpu_device.hpp"
#include "runtime/cuda/kernels/pixel.hpp"

namespace tn::cuda {

template <Window W> struct PoolForward {
    std::size_t count;  // values of y
    Shape in, out;
    Span<const float> x;
    Span<float> y;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t i = global_index(t);
        if (i >= count) return;
        const Pixel at(i, out);
        y[i] = x[first_largest(x, at.plane * in.plane(), in, at.row, at.column, W)];
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
        const Pixel at(i, in);
        float sum = 0;
        each_position(W, out, at.row, at.column, [&](int row, int column, int) {
            const Index largest = first_largest(x, at.plane * in.plane(), in, row, column, W);
            if (largest == static_cast<Index>(i)) sum += dy[at.plane * out.plane() + Index{row} * out.width + column];
        });
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
