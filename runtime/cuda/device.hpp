// The CUDA device: what layers, losses and optimizers ask for, as kernels and matrix products of a device.
#pragma once

#include <algorithm>
#include <array>
#include <string>

#include "dsl/core/conv_geometry.hpp"
#include "dsl/core/layer.hpp"
#include "runtime/core/process_group.hpp"
#include "runtime/cuda/kernels/columns.hpp"
#include "runtime/cuda/kernels/pool.hpp"
#include "runtime/cuda/kernels/reference_kernel.hpp"
#include "runtime/cuda/kernels/update.hpp"
#include "runtime/cuda/launches.hpp"
#include "runtime/cuda/product.hpp"
#include "runtime/cuda/product_block.hpp"
#include "runtime/cuda/sizes.hpp"
#include "runtime/cuda/stem_block.hpp"

namespace tn::cuda {

/// `Gpu` is the GPU (runtime/cuda/gpu.cuh) or the emulator of the tests. It has the functions of HostMemory
/// (runtime/cpu/host_memory.hpp), `launch(kernel, blocks, threads)`, `multiply(product)`, `describe()`,
/// a type Graph with `record(f)` and `replay(graph)`, and a type EpochOrder (runtime/cuda/epoch_order.cuh). multiply is
/// false where it left out the product's epilogue (runtime/cuda/product.hpp). Everything runs in order on one stream;
/// values are float, and P is the precision of products and convolutions.
template <class Gpu, Precision P = Precision::fp32> class BasicDevice {
public:
    static constexpr bool reference = false;
    static constexpr Precision precision = P;
    using sizes = SizesIn<P>;
    /// What is launched once and replayed.
    using Graph = typename Gpu::Graph;

    /// The arguments choose the device.
    template <class... Args> explicit BasicDevice(Args&&... args) : gpu_(P, std::forward<Args>(args)...) {}

    std::string describe() const { return gpu_.describe(); }
    Gpu& gpu() { return gpu_; }

    void* allocate(std::size_t bytes) { return gpu_.allocate(bytes); }
    void release(void* p) noexcept { gpu_.release(p); }
    void* allocate_staging(std::size_t bytes) { return gpu_.allocate_staging(bytes); }
    void release_staging(void* p) noexcept { gpu_.release_staging(p); }
    template <class V> void upload(V* to, const V* from, std::size_t count) {
        gpu_.upload(to, from, count * sizeof(V));
    }
    template <class V> void download(V* to, const V* from, std::size_t count) {
        gpu_.download(to, from, count * sizeof(V));
    }
    void wait() { gpu_.wait(); }

    /// A thread for every part: what has no kernel of its own.
    template <class F> void for_ranges(int count, const F& f) {
        each(static_cast<std::size_t>(count), ReferenceKernel<F>{count, f});
    }

    template <class L> void for_ranges(int count, const ForwardPart<L, float>& f) {
        const Pass<float>& p = f.pass;
        const auto size = static_cast<std::size_t>(count);
        if constexpr (Elementwise<L>)
            each(size, ElementwiseForward<L>{size, {p.x, size}, {p.y, size}});
        else
            each_part<L>(count, f);
    }
    template <class L> void for_ranges(int count, const BackwardPart<L, float>& f) {
        const Pass<float>& p = f.pass;
        const auto size = static_cast<std::size_t>(count);
        if constexpr (Elementwise<L>)
            each(size, ElementwiseBackward<L>{size, {p.x, size}, {p.y, size}, {p.dy, size}, {p.dx, size}});
        else
            each_part<L>(count, f);
    }

    template <class L> void pool_forward(const Pass<float>& p) {
        each(out_size(p), PoolForward<L>{out_size(p), p.in, p.out, {p.x, in_size(p)}, {p.y, out_size(p)}});
    }
    template <class L> void pool_backward(const Pass<float>& p) {
        if (!p.dx) return;
        each(in_size(p),
             PoolBackward<L>{in_size(p), p.in, p.out, {p.x, in_size(p)}, {p.dy, out_size(p)}, {p.dx, in_size(p)}});
    }

    template <class L> void norm_forward(const Pass<float>& p) {
        const auto channels = static_cast<std::size_t>(p.in.channels);
        const Span<const float> x{p.x, in_size(p)};
        const BatchStatistics statistics{L::epsilon,
                                         L::momentum,
                                         {p.saved, channels},
                                         {p.saved ? p.saved + channels : nullptr, channels},
                                         {p.state[0], channels},
                                         {p.state[1], channels}};
        NormBy by = p.training ? NormBy::batch : NormBy::running;
        if (group_ && p.training) {
            const Span<double> sums = shared_sums(p.work, channels);
            gpu_.launch(NormMoments{values_of(p, p.in), x, {sums}}, p.in.channels, norm_threads);
            take_whole_statistics(gpu_, *group_, p, p.in, p.work, statistics);
            by = NormBy::kept;
        }
        gpu_.launch(NormForward{by,
                                values_of(p, p.in),
                                x,
                                {p.parameter[0], channels},
                                {p.parameter[1], channels},
                                {p.y, in_size(p)},
                                statistics},
                    p.in.channels, norm_threads);
    }
    template <class> void norm_backward(const Pass<float>& p) {
        const auto channels = static_cast<std::size_t>(p.in.channels);
        const ChannelValues values = values_of(p, p.in);
        const Span<const float> x{p.x, in_size(p)}, dy{p.dy, in_size(p)}, gamma{p.parameter[0], channels},
            saved{p.saved, 2 * channels};
        const Span<float> dx{p.dx, in_size(p)}, dgamma{p.gradient[0], channels}, dbeta{p.gradient[1], channels};
        if (!group_ || !p.dx) {
            gpu_.launch(NormBackward{values, x, dy, gamma, saved, dx, dgamma, dbeta}, p.in.channels, norm_threads);
            return;
        }
        const Span<double> sums = shared_sums(p.work, channels);
        gpu_.launch(NormGradientSums{values, x, dy, saved, dgamma, dbeta, sums}, p.in.channels, norm_threads);
        group_->sum_in_stream(sums.values());
        const float count = values_of_whole_channel(group_, p, p.in);
        gpu_.launch(NormInputGradient{values, count, x, dy, gamma, saved, sums, dx}, p.in.channels, norm_threads);
    }

    /// y = W x + b: column by column, as cuBLAS reads, x is [inputs][n], W' [inputs][outputs] and y [outputs][n].
    /// cuBLAS could apply a ReLU that follows, too, but makes 0 of NaN (reported in NVIDIA's forum, thread 329783): the
    /// loss would no longer show that weights have diverged.
    void dense_forward(const Pass<float>& p) {
        const int inputs = static_cast<int>(p.in.size()), outputs = p.out.channels;
        Product product{true, false, outputs, p.n, inputs, p.parameter[0], p.x, inputs, inputs, outputs, p.y};
        product.bias = p.parameter[1];
        if (!gpu_.multiply(product)) add_bias(p);
    }
    void dense_backward(const Pass<float>& p) {
        const int inputs = static_cast<int>(p.in.size()), outputs = p.out.channels;
        Product dw{false, true, inputs, outputs, p.n, p.x, p.dy, inputs, outputs, inputs, p.gradient[0]};
        dw.sums_of_b = p.gradient[1];
        if (!gpu_.multiply(dw)) bias_backward(gpu_, p);
        if (p.dx)
            gpu_.multiply(
                Product{false, false, inputs, p.n, outputs, p.parameter[0], p.dy, inputs, outputs, inputs, p.dx});
    }

    /// A group of samples at a time is spread into columns in p.work: y = W columns, sample by sample.
    void conv_forward(const ConvWindow& window, const Pass<float>& p) {
        const Taps taps{window, p.in, p.out};
        const int rows = static_cast<int>(taps.rows()), pixels = static_cast<int>(p.out.plane());
        for (int first = 0; first < p.n; first += slices) {
            const int group = std::min(slices, p.n - first);
            to_columns(taps, p, first, group);
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
                      p.y + static_cast<std::size_t>(first) * p.out.size()};
            y.batch = group;
            y.stride_a = taps.columns();
            y.stride_c = p.out.size();
            gpu_.multiply(y);
        }
        if (p.parameter[1]) add_bias(p);
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
            gpu_.multiply(dw);
            sum_parts(group, weights, first > 0, partial, p.gradient[0]);
            if (!p.dx) continue;
            Product dcolumns{false,          true,   pixels, rows,   p.out.channels, dy,
                             p.parameter[0], pixels, rows,   pixels, p.work};
            dcolumns.batch = group;
            dcolumns.stride_a = p.out.size();
            dcolumns.stride_c = taps.columns();
            gpu_.multiply(dcolumns);
            const std::size_t values = static_cast<std::size_t>(group) * p.in.size();
            each(values, FromColumns{values,
                                     taps,
                                     {p.work, static_cast<std::size_t>(group) * taps.columns()},
                                     {p.dx + static_cast<std::size_t>(first) * p.in.size(), values}});
        }
        if (p.gradient[1]) bias_backward(gpu_, p);
    }

    template <BlockGeometry G> void conv_block_forward(const Pass<float>& p) { block_of<G>(p).forward(); }
    template <BlockGeometry G> void conv_block_backward(const Pass<float>& p) { block_of<G>(p).backward(); }

    /// One kernel over all parameters; `spans` say where weight decay acts.
    template <class R, class DecaySpan, std::size_t Count>
    void update_all(const R& rule, float decay, const std::array<DecaySpan, Count>& spans, std::size_t count, float* w,
                    const float* g, float* a, float* b) {
        constexpr bool planned = requires { rule.get(); };
        using Rule = std::conditional_t<planned, R, GivenRule<R>>;
        using Kernel = Update<Rule, DecaySpan, Count>;
        static_assert(sizeof(Kernel) <= 32000, "typenet: too many tensors for one kernel's arguments");
        Kernel kernel{Rule{rule}, decay, count, {w, count}, {g, count}, {a, count}, {b, count}, {}};
        std::copy(spans.begin(), spans.end(), kernel.spans);
        each(count / Kernel::together, kernel);
    }

private:
    template <BlockGeometry G> auto block_of(const Pass<float>& p) {
        if constexpr (is_stem(G))
            return StemBlock<G, Gpu>(gpu_, group_, p);
        else
            return ProductBlock<G, P, Gpu>(gpu_, group_, p);
    }

    template <class Kernel> void each(std::size_t count, const Kernel& kernel) { launch_each(gpu_, count, kernel); }

    /// A thread for each part of a layer's reference mathematics.
    template <class L, class Part> void each_part(int count, const Part& f) {
        static_assert(Traits<L>::axis != Axis::none,
                      "typenet: this layer has no CUDA kernel, and its reference mathematics names no Axis along which "
                      "it could be spread over threads");
        each(static_cast<std::size_t>(count), ReferenceKernel<Part>{count, f});
    }

    void to_columns(const Taps& taps, const Pass<float>& p, int first, int group) {
        const std::size_t count = static_cast<std::size_t>(group) * taps.columns();
        each(count, ToColumns{count,
                              taps,
                              {p.x + static_cast<std::size_t>(first) * p.in.size(),
                               static_cast<std::size_t>(group) * p.in.size()},
                              {p.work, count}});
    }
    void add_bias(const Pass<float>& p) {
        each(out_size(p), AddBias{out_size(p),
                                  p.out.channels,
                                  static_cast<int>(p.out.plane()),
                                  {p.parameter[1], static_cast<std::size_t>(p.out.channels)},
                                  {p.y, out_size(p)}});
    }
    void sum_parts(int parts, std::size_t size, bool add, const float* part, float* sum) {
        gpu_.launch(SumParts<>{parts, size, add, {part, static_cast<std::size_t>(parts) * size}, {sum, size}},
                    blocks(static_cast<int>(size), warp), sum_parts_threads);
    }

    Gpu gpu_;

protected:
    ProcessGroup* group_ =
        nullptr;  ///< of DataParallelDevice (runtime/cuda/data_parallel_device.hpp); null: this process is alone
};

}  // namespace tn::cuda
