// A convolution by itself as matrix products: the columns that it multiplies, and backward their sum.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/core/window.hpp"
#include "runtime/cuda/execution.hpp"
#include "runtime/cuda/kernels/pixel.hpp"

namespace tn::cuda {

/// Where a window's tap reads: columns are [samples][channels][kernel_h][kernel_w][out plane].
struct Taps {
    Window window;
    Shape in, out;

    TN_HOST_DEVICE std::size_t rows() const { return Index{in.channels} * window.kernel_h * window.kernel_w; }
    TN_HOST_DEVICE std::size_t columns() const { return rows() * out.plane(); }
};

/// columns[i] = the value of x that it stands for, 0 outside of x.
struct ToColumns {
    std::size_t count;  // values of all columns
    Taps taps;
    Span<const float> x;
    Span<float> columns;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t i = global_index(t);
        if (i >= count) return;
        const Window& w = taps.window;
        const int pixel = static_cast<int>(i % taps.out.plane());
        const int row = static_cast<int>(i / taps.out.plane() % taps.rows());
        const std::size_t sample = i / taps.columns();
        const int tap = row % (w.kernel_h * w.kernel_w), channel = row / (w.kernel_h * w.kernel_w);
        const int y = pixel / taps.out.width * w.stride_h + tap / w.kernel_w * w.dilation_h - w.pad.top;
        const int x_at = pixel % taps.out.width * w.stride_w + tap % w.kernel_w * w.dilation_w - w.pad.left;
        const bool inside = y >= 0 && y < taps.in.height && x_at >= 0 && x_at < taps.in.width;
        columns[i] = inside ? x[sample * taps.in.size() + channel * taps.in.plane() + y * taps.in.width + x_at] : 0.0f;
    }
};

/// dx[i] = the sum of the columns that stand for it.
struct FromColumns {
    std::size_t count;  // values of dx
    Taps taps;
    Span<const float> columns;
    Span<float> dx;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t i = global_index(t);
        if (i >= count) return;
        const Pixel at(i, taps.in);
        const Index sample = at.plane / taps.in.channels, channel = at.plane % taps.in.channels;
        const int kernel = taps.window.kernel_h * taps.window.kernel_w;
        float sum = 0;
        each_position(taps.window, taps.out, at.row, at.column, [&](int row, int column, int tap) {
            sum += columns[sample * static_cast<Index>(taps.columns()) + (channel * kernel + tap) * taps.out.plane() +
                           Index{row} * taps.out.width + column];
        });
        dx[i] = sum;
    }
};

/// y[n][c][plane] += bias[c].
struct AddBias {
    std::size_t count;
    int channels, plane;
    Span<const float> bias;
    Span<float> y;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t i = global_index(t);
        if (i < count) y[i] += bias[i / plane % channels];
    }
};

inline constexpr int sum_parts_threads = 256;

/// Value i of a part is for value i of the sum.
struct InOrder {
    TN_DEVICE int operator()(int i) const { return i; }
};

/// sum[i] = the parts at i, i + size, i + 2 size, ..; to what is there with `add`. A block sums a warp's width of
/// values, and each of its warps some of the parts, so that few values with many parts are spread over threads, too.
/// Value i is put at Place()(i), or nowhere if that is negative.
template <class Place = InOrder> struct SumParts {
    static constexpr int warps = sum_parts_threads / warp;
    static constexpr std::size_t shared_bytes = sum_parts_threads * sizeof(float);
    int parts;
    std::size_t size;
    bool add;
    Span<const float> part;
    Span<float> sum;
    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        auto sums = t.template shared<float>(0, sum_parts_threads);
        const int lane = t.thread() % warp;
        const std::size_t i = Index{t.block()} * warp + lane;
        float own = 0;
        if (i < size) {
            TN_UNROLL_8
            for (int k = t.thread() / warp; k < parts; k += warps) own += part[k * size + i];
        }
        sums[t.thread()] = own;
        t.barrier();
        if (t.thread() >= warp || i >= size) return;
        const int at = Place()(static_cast<int>(i));
        if (at < 0) return;
        float all = add ? sum[at] : 0.0f;
        TN_UNROLL
        for (int w = 0; w < warps; ++w) all += sums[w * warp + lane];
        sum[at] = all;
    }
};

}  // namespace tn::cuda
