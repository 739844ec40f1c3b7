// Max pooling by itself: a thread for every output value, and backward one for every input value, which asks the
// windows that hold it whether they took it; so nothing is added from two sides. Which tap a window took is kept in a
// byte.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/kernel.hpp"
#include "runtime/cuda/execution.hpp"
#include "runtime/cuda/gpu_device.hpp"
#include "runtime/cuda/kernels/pixel.hpp"

namespace tn::cuda {

/// The most taps of a window that can be told apart in a byte.
inline constexpr int max_pool_taps = 256;

template <Window W> struct PoolForward {
    std::size_t count;  // values of y
    Shape in, out;
    Span<const float> x;
    Span<float> y;
    Span<unsigned char> argmax;  // null: not kept
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t i = global_index(t);
        if (i >= count) return;
        const Pixel at(i, out);
        const Largest largest = first_largest(x, at.plane * in.plane(), in, at.row, at.column, W);
        y[i] = x[largest.at];
        if (argmax) argmax[i] = static_cast<unsigned char>(largest.tap);
    }
};

template <Window W> struct PoolBackward {
    std::size_t count;  // values of x
    Shape in, out;
    Span<const unsigned char> argmax;
    Span<const float> dy;
    Span<float> dx;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t i = global_index(t);
        if (i >= count) return;
        const Pixel at(i, in);
        float sum = 0;
        each_position(W, out, at.row, at.column, [&](int row, int column, int tap) {
            const Index window = at.plane * out.plane() + Index{row} * out.width + column;
            if (argmax[window] == tap) sum += dy[window];
        });
        dx[i] = sum;
    }
};

}  // namespace tn::cuda

namespace tn {

template <class Gpu, cuda::Precision P, Operation Pool>
    requires(Pool.kind == Operation::max_pool && Pool.window.taps() <= cuda::max_pool_taps)
struct KernelFor<cuda::BasicDevice<Gpu, P>, Pool> {
    static constexpr KernelInfo info(Shape) { return {"max pool", "a thread for every value"}; }
    static constexpr std::size_t saved(Shape in, int batch) {
        return (Index{batch} * in.channels * Pool.window.positions(in) + sizeof(float) - 1) / sizeof(float);
    }

    template <Shape> static void forward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        const std::size_t in = cuda::in_size(p), out = cuda::out_size(p);
        cuda::launch_each(device.gpu(), out,
                          cuda::PoolForward<Pool.window>{out, p.in, p.out, {p.x, in}, {p.y, out}, argmax(p)});
    }
    template <Shape> static void backward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        if (!p.dx) return;
        const std::size_t in = cuda::in_size(p), out = cuda::out_size(p);
        cuda::launch_each(device.gpu(), in,
                          cuda::PoolBackward<Pool.window>{in, p.in, p.out, argmax(p), {p.dy, out}, {p.dx, in}});
    }

private:
    static cuda::Span<unsigned char> argmax(const Pass<float>& p) {
        return {reinterpret_cast<unsigned char*>(p.saved), cuda::out_size(p)};
    }
};

}  // namespace tn
