// The CUDA backend: what layers, losses and optimizers ask for, as kernels and matrix products of a device.
#pragma once

#include <algorithm>
#include <array>
#include <string>

#include "dsl/core/conv_geometry.hpp"
#include "dsl/core/layer.hpp"
#include "runtime/cuda/kernels/columns.hpp"
#include "runtime/cuda/kernels/norm.hpp"
#include "runtime/cuda/kernels/parts.hpp"
#include "runtime/cuda/kernels/pool.hpp"
#include "runtime/cuda/kernels/update.hpp"

namespace tn::cuda {

/// `Device` is the GPU (runtime/cuda/gpu.cuh) or the emulator of the tests. It has the functions of HostMemory
/// (runtime/core/host_memory.hpp), `launch(kernel, blocks, threads)`, `multiply(product)` and `describe()`.
/// Everything runs in order on one stream; values are float.
template <class Device> class BasicBackend {
public:
    static constexpr bool reference = false;
    /// Conv, BN, Relu and Pool run one after another.
    static constexpr bool fuses = false;

    template <class... Args> explicit BasicBackend(Args&&... args) : device_(std::forward<Args>(args)...) {}

    std::string describe() const { return device_.describe(); }
    Device& device() { return device_; }

    void* allocate(std::size_t bytes) { return device_.allocate(bytes); }
    void release(void* p) noexcept { device_.release(p); }
    void* allocate_exchange(std::size_t bytes) { return device_.allocate_exchange(bytes); }
    void release_exchange(void* p) noexcept { device_.release_exchange(p); }
    template <class V> void send(V* to, const V* from, std::size_t count) { device_.send(to, from, count * sizeof(V)); }
    template <class V> void fetch(V* to, const V* from, std::size_t count) { device_.fetch(to, from, count * sizeof(V)); }
    void wait() { device_.wait(); }

    /// A thread for every part: what has no kernel of its own.
    template <class F> void for_ranges(int count, const F& f) { each(static_cast<std::size_t>(count), Parts<F>{count, f}); }

    template <class L> void for_ranges(int count, const ForwardPart<L, float>& f) {
        static_assert(Traits<L>::axis != Axis::none,
                      "typenet: this layer has no CUDA kernel, and its reference mathematics names no Axis along which "
                      "it could be spread over threads");
        const Pass<float>& p = f.pass;
        const auto size = static_cast<std::size_t>(count);
        if constexpr (Elementwise<L>)
            each(size, ElementwiseForward<L>{size, {p.x, size}, {p.y, size}});
        else
            each(size, Parts<ForwardPart<L, float>>{count, f});
    }
    template <class L> void for_ranges(int count, const BackwardPart<L, float>& f) {
        static_assert(Traits<L>::axis != Axis::none,
                      "typenet: this layer has no CUDA kernel, and its reference mathematics names no Axis along which "
                      "it could be spread over threads");
        const Pass<float>& p = f.pass;
        const auto size = static_cast<std::size_t>(count);
        if constexpr (Elementwise<L>)
            each(size, ElementwiseBackward<L>{size, {p.x, size}, {p.y, size}, {p.dy, size}, {p.dx, size}});
        else
            each(size, Parts<BackwardPart<L, float>>{count, f});
    }

    template <class L> void pool_forward(const Pass<float>& p) {
        each(out_size(p), PoolForward<L>{out_size(p), p.in, p.out, {p.x, in_size(p)}, {p.y, out_size(p)}});
    }
    template <class L> void pool_backward(const Pass<float>& p) {
        if (!p.dx) return;
        each(in_size(p), PoolBackward<L>{in_size(p), p.in, p.out, {p.x, in_size(p)}, {p.dy, out_size(p)}, {p.dx, in_size(p)}});
    }

    template <class L> void norm_forward(const Pass<float>& p) {
        const auto channels = static_cast<std::size_t>(p.in.channels);
        device_.launch(NormForward<L>{p.training, values_of(p, p.in), {p.x, in_size(p)}, {p.parameter[0], channels},
                                      {p.parameter[1], channels}, {p.y, in_size(p)}, {p.saved, 2 * channels},
                                      {p.state[0], channels}, {p.state[1], channels}},
                       p.in.channels, norm_threads);
    }
    void norm_backward(const Pass<float>& p) {
        const auto channels = static_cast<std::size_t>(p.in.channels);
        device_.launch(NormBackward{values_of(p, p.in), {p.x, in_size(p)}, {p.dy, in_size(p)}, {p.parameter[0], channels},
                                    {p.saved, 2 * channels}, {p.dx, in_size(p)}, {p.gradient[0], channels},
                                    {p.gradient[1], channels}},
                       p.in.channels, norm_threads);
    }

    /// y = W x + b: column by column, as cuBLAS reads, x is [inputs][n], W' [inputs][outputs] and y [outputs][n].
    void dense_forward(const Pass<float>& p) {
        const int inputs = static_cast<int>(p.in.size()), outputs = p.out.channels;
        Product product{true, false, outputs, p.n, inputs, p.parameter[0], p.x, inputs, inputs, outputs, p.y};
        product.bias = p.parameter[1];
        device_.multiply(product);
    }
    void dense_backward(const Pass<float>& p) {
        const int inputs = static_cast<int>(p.in.size()), outputs = p.out.channels;
        device_.multiply(Product{false, true, inputs, outputs, p.n, p.x, p.dy, inputs, outputs, inputs, p.gradient[0]});
        if (p.gradient[1]) bias_backward(p);
        if (p.dx)
            device_.multiply(Product{false, false, inputs, p.n, outputs, p.parameter[0], p.dy, inputs, outputs, inputs, p.dx});
    }

    /// A group of samples at a time is spread into columns in p.work: y = W columns, sample by sample.
    void conv_forward(const ConvWindow& window, const Pass<float>& p) {
        const Taps taps{window, p.in, p.out};
        const int rows = static_cast<int>(taps.rows()), pixels = static_cast<int>(p.out.plane());
        for (int first = 0; first < p.n; first += slices) {
            const int group = std::min(slices, p.n - first);
            to_columns(taps, p, first, group);
            Product y{false, false, pixels, p.out.channels, rows, p.work, p.parameter[0], pixels, rows, pixels,
                      p.y + static_cast<std::size_t>(first) * p.out.size()};
            y.batch = group;
            y.stride_a = taps.columns();
            y.stride_c = p.out.size();
            device_.multiply(y);
        }
        if (p.parameter[1])
            each(out_size(p), AddBias{out_size(p), p.out.channels, pixels,
                                      {p.parameter[1], static_cast<std::size_t>(p.out.channels)}, {p.y, out_size(p)}});
    }

    /// dW = the sum of dy columns' over the samples, dx = W' dy summed where columns stand for the same value.
    void conv_backward(const ConvWindow& window, const Pass<float>& p) {
        const Taps taps{window, p.in, p.out};
        const int rows = static_cast<int>(taps.rows()), pixels = static_cast<int>(p.out.plane());
        const std::size_t weights = taps.rows() * static_cast<std::size_t>(p.out.channels);
        float* partial = p.work + slices * taps.columns();
        for (int first = 0; first < p.n; first += slices) {
            const int group = std::min(slices, p.n - first);
            const float* dy = p.dy + static_cast<std::size_t>(first) * p.out.size();
            to_columns(taps, p, first, group);
            Product dw{true, false, rows, p.out.channels, pixels, p.work, dy, pixels, pixels, rows, partial};
            dw.batch = group;
            dw.stride_a = taps.columns();
            dw.stride_b = p.out.size();
            dw.stride_c = weights;
            device_.multiply(dw);
            each(weights, SumParts{group, weights, first > 0, {partial, static_cast<std::size_t>(group) * weights},
                                   {p.gradient[0], weights}});
            if (!p.dx) continue;
            Product dcolumns{false, true, pixels, rows, p.out.channels, dy, p.parameter[0], pixels, rows, pixels, p.work};
            dcolumns.batch = group;
            dcolumns.stride_a = p.out.size();
            dcolumns.stride_c = taps.columns();
            device_.multiply(dcolumns);
            const std::size_t values = static_cast<std::size_t>(group) * p.in.size();
            each(values, FromColumns{values, taps, {p.work, static_cast<std::size_t>(group) * taps.columns()},
                                     {p.dx + static_cast<std::size_t>(first) * p.in.size(), values}});
        }
        if (p.gradient[1]) bias_backward(p);
    }

    template <BlockGeometry G> void conv_block_forward(const Pass<float>&) { no_fused_block<G>(); }
    template <BlockGeometry G> void conv_block_backward(const Pass<float>&) { no_fused_block<G>(); }

    /// One kernel over all parameters; `spans` say where weight decay acts.
    template <class Rule, class DecaySpan, std::size_t Count>
    void update_all(const Rule& rule, float decay, const std::array<DecaySpan, Count>& spans, std::size_t count, float* w,
                    const float* g, float* a, float* b) {
        using Kernel = Update<Rule, DecaySpan, Count>;
        static_assert(sizeof(Kernel) <= 32000, "typenet: too many tensors for one kernel's arguments");
        Kernel kernel{rule, decay, count, {w, count}, {g, count}, {a, count}, {b, count}, {}};
        std::copy(spans.begin(), spans.end(), kernel.spans);
        each(count, kernel);
    }

private:
    static constexpr int threads = 256;

    static std::size_t in_size(const Pass<float>& p) { return static_cast<std::size_t>(p.n) * p.in.size(); }
    static std::size_t out_size(const Pass<float>& p) { return static_cast<std::size_t>(p.n) * p.out.size(); }
    static ChannelValues values_of(const Pass<float>& p, Shape s) {
        return {p.n, s.channels, static_cast<int>(s.plane())};
    }

    /// A thread for each of `count` values.
    template <class Kernel> void each(std::size_t count, const Kernel& kernel) {
        device_.launch(kernel, static_cast<int>((count + threads - 1) / threads), threads);
    }

    void to_columns(const Taps& taps, const Pass<float>& p, int first, int group) {
        const std::size_t count = static_cast<std::size_t>(group) * taps.columns();
        each(count, ToColumns{count, taps, {p.x + static_cast<std::size_t>(first) * p.in.size(),
                                            static_cast<std::size_t>(group) * p.in.size()}, {p.work, count}});
    }
    void bias_backward(const Pass<float>& p) {
        device_.launch(BiasBackward{values_of(p, p.out), {p.dy, out_size(p)},
                                    {p.gradient[1], static_cast<std::size_t>(p.out.channels)}},
                       p.out.channels, norm_threads);
    }
    template <BlockGeometry G> static void no_fused_block() {
        static_assert(!G.valid(), "typenet: the CUDA backend has no fused Conv block; name Fusion::off, its default");
    }

    Device device_;
};

}  // namespace tn::cuda
