// The CUDA backend: what layers, losses and optimizers ask for, as kernels and matrix products of a device.
#pragma once

#include <algorithm>
#include <array>
#include <string>

#include "dsl/core/conv_geometry.hpp"
#include "dsl/core/layer.hpp"
#include "runtime/cuda/block_plan.hpp"
#include "runtime/cuda/feed.hpp"
#include "runtime/cuda/kernels/columns.hpp"
#include "runtime/cuda/kernels/conv_block.hpp"
#include "runtime/cuda/kernels/norm.hpp"
#include "runtime/cuda/kernels/norm_in_group.hpp"
#include "runtime/cuda/kernels/parts.hpp"
#include "runtime/cuda/kernels/pool.hpp"
#include "runtime/cuda/kernels/update.hpp"
#include "runtime/cuda/product.hpp"
#include "runtime/cuda/shallow_block.hpp"
#include "runtime/distributed/group.hpp"

namespace tn::cuda {

/// `Device` is the GPU (runtime/cuda/gpu.cuh) or the emulator of the tests. It has the functions of HostMemory
/// (runtime/core/host_memory.hpp), `launch(kernel, blocks, threads)`, `multiply(product)`, `describe()`,
/// a type Graph with `record(f)` and `replay(graph)`, and a type EpochOrder (runtime/cuda/epoch_order.cuh). multiply is
/// false where it left out the product's epilogue (runtime/cuda/product.hpp). Everything runs in order on one stream;
/// values are float, and P is the precision of products and convolutions.
template <class Device, Precision P = Precision::fp32> class BasicBackend {
public:
    static constexpr bool reference = false;
    static constexpr Precision precision = P;
    using sizes = SizesIn<P>;
    template <class M> using feed = Feed<BasicBackend, M>;

    /// The arguments choose the device.
    template <class... Args> explicit BasicBackend(Args&&... args) : device_(P, std::forward<Args>(args)...) {}

    std::string describe() const { return device_.describe(); }
    Device& device() { return device_; }

    void* allocate(std::size_t bytes) { return device_.allocate(bytes); }
    void release(void* p) noexcept { device_.release(p); }
    void* allocate_exchange(std::size_t bytes) { return device_.allocate_exchange(bytes); }
    void release_exchange(void* p) noexcept { device_.release_exchange(p); }
    template <class V> void send(V* to, const V* from, std::size_t count) { device_.send(to, from, count * sizeof(V)); }
    template <class V> void fetch(V* to, const V* from, std::size_t count) {
        device_.fetch(to, from, count * sizeof(V));
    }
    void wait() { device_.wait(); }

    /// A thread for every part: what has no kernel of its own.
    template <class F> void for_ranges(int count, const F& f) {
        each(static_cast<std::size_t>(count), Parts<F>{count, f});
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
        const BatchStatistics statistics{L::epsilon, L::momentum, {p.saved, channels},
                                         {p.saved ? p.saved + channels : nullptr, channels}, {p.state[0], channels},
                                         {p.state[1], channels}};
        NormBy by = p.training ? NormBy::batch : NormBy::running;
        if (group_ && p.training) {
            const Span<double> sums = shared_sums(p.work, channels);
            device_.launch(NormMoments{values_of(p, p.in), x, {sums}}, p.in.channels, norm_threads);
            take_whole_statistics(p, p.in, p.work, statistics);
            by = NormBy::kept;
        }
        device_.launch(NormForward{by, values_of(p, p.in), x, {p.parameter[0], channels}, {p.parameter[1], channels},
                                   {p.y, in_size(p)}, statistics},
                       p.in.channels, norm_threads);
    }
    template <class> void norm_backward(const Pass<float>& p) {
        const auto channels = static_cast<std::size_t>(p.in.channels);
        const ChannelValues values = values_of(p, p.in);
        const Span<const float> x{p.x, in_size(p)}, dy{p.dy, in_size(p)}, gamma{p.parameter[0], channels},
            saved{p.saved, 2 * channels};
        const Span<float> dx{p.dx, in_size(p)}, dgamma{p.gradient[0], channels}, dbeta{p.gradient[1], channels};
        if (!group_ || !p.dx) {
            device_.launch(NormBackward{values, x, dy, gamma, saved, dx, dgamma, dbeta}, p.in.channels, norm_threads);
            return;
        }
        const Span<double> sums = shared_sums(p.work, channels);
        device_.launch(NormGradientSums{values, x, dy, saved, dgamma, dbeta, sums}, p.in.channels, norm_threads);
        sum_over_processes(p.work, channels);
        device_.launch(NormInputGradient{values, values_of_whole_channel(p, p.in), x, dy, gamma, saved, sums, dx},
                       p.in.channels, norm_threads);
    }

    /// y = W x + b: column by column, as cuBLAS reads, x is [inputs][n], W' [inputs][outputs] and y [outputs][n].
    /// cuBLAS could apply a ReLU that follows, too, but makes 0 of NaN (reported in NVIDIA's forum, thread 329783): the
    /// loss would no longer show that weights have diverged.
    void dense_forward(const Pass<float>& p) {
        const int inputs = static_cast<int>(p.in.size()), outputs = p.out.channels;
        Product product{true, false, outputs, p.n, inputs, p.parameter[0], p.x, inputs, inputs, outputs, p.y};
        product.bias = p.parameter[1];
        if (!device_.multiply(product)) add_bias(p);
    }
    void dense_backward(const Pass<float>& p) {
        const int inputs = static_cast<int>(p.in.size()), outputs = p.out.channels;
        Product dw{false, true, inputs, outputs, p.n, p.x, p.dy, inputs, outputs, inputs, p.gradient[0]};
        dw.sums_of_b = p.gradient[1];
        if (!device_.multiply(dw)) bias_backward(p);
        if (p.dx)
            device_.multiply(
                Product{false, false, inputs, p.n, outputs, p.parameter[0], p.dy, inputs, outputs, inputs, p.dx});
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
            device_.multiply(dw);
            sum_parts(group, weights, first > 0, partial, p.gradient[0]);
            if (!p.dx) continue;
            Product dcolumns{false,          true,   pixels, rows,   p.out.channels, dy,
                             p.parameter[0], pixels, rows,   pixels, p.work};
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

    template <BlockGeometry G> void conv_block_forward(const Pass<float>& p) {
        if constexpr (is_shallow(G))
            ShallowBlock<G, Device>(device_, group_, p).forward();
        else
            product_block_forward<G>(p);
    }
    template <BlockGeometry G> void conv_block_backward(const Pass<float>& p) {
        if constexpr (is_shallow(G))
            ShallowBlock<G, Device>(device_, group_, p).backward();
        else
            product_block_backward<G>(p);
    }

    template <BlockGeometry G> void product_block_forward(const Pass<float>& p) {
        const Block<G> block(p);
        if (!p.training) {
            using Kernel = ConvInferKernel<G, P>;
            pack<typename Kernel::Product>(block.weight(p), p.work);
            const auto product = product_of<typename Kernel::Product>(p.n, block.x(p), block.weight(p), p.work);
            device_.launch(Kernel{product, block.bias(p), block.state(p, 0), block.state(p, 1), block.gamma(p),
                                  block.beta(p), block.epsilon, block.y(p)},
                           product.tiles(p.n) * Kernel::row_tiles, tile_threads);
            return;
        }
        using Z = typename Block<G>::Z;
        using Kernel = ConvForwardKernel<G, P, Z>;
        const int groups = block.work.statistics;
        const Span<Z> z = block.z(p, p.y);
        const Span<float> partial{p.work, block.work.values};
        float* const packed = p.work + block.work.forward_weights;
        pack<typename Kernel::Product>(block.weight(p), packed);
        const auto product = product_of<typename Kernel::Product>(p.n, block.x(p), block.weight(p), packed);
        device_.launch(Kernel{product, groups, block.bias(p), z, partial},
                       groups * Kernel::row_tiles, tile_threads);
        if constexpr (G.norm) {
            const PartialStatistics<G, P> parts{p.n, groups, partial};
            const BatchStatistics statistics = block.statistics(p);
            if (group_) {
                float* shared = p.work + 2 * block.filters * static_cast<std::size_t>(groups);
                device_.launch(StatisticsKernel<G, P, SharedMoments>{parts, {shared_sums(shared, block.filters)}},
                               G.conv.filters, statistics_threads);
                take_whole_statistics(p, block.z_shape, shared, statistics);
            } else {
                device_.launch(StatisticsKernel<G, P>{parts, statistics}, G.conv.filters, statistics_threads);
            }
        }
        if constexpr (BlockSaved::keeps_z(G))
            each(block.y_size, NormPoolForward<G, Z>{p.n, block.norm(p), z, {p.y, block.y_size}, block.choice(p)});
    }

    template <BlockGeometry G> void product_block_backward(const Pass<float>& p) {
        const Block<G> block(p);
        using Z = typename Block<G>::Z;
        const Span<Z> z = block.z(p, p.dy);
        if constexpr (BlockSaved::keeps_z(G)) {
            const int sums = block.work.sums;
            const std::size_t one = 2 * block.filters;
            float* shared = p.work + one;
            const Span<float> total{p.work, one};
            const Span<float> partial{shared + BlockWork::shared(block.filters), one * static_cast<std::size_t>(sums)};
            const Span<const float> dy{p.dy, block.y_size};
            device_.launch(GradientSums<G, Z>{p.n, sums, block.norm(p), z, dy, block.choice(p), partial},
                           G.conv.filters * sums, sum_threads);
            const bool is_shared = G.norm && group_;
            device_.launch(GradientTotals<G>{sums, partial, total, block.dgamma(p), block.dbeta(p), block.dbias(p),
                                             is_shared ? shared_sums(shared, block.filters) : Span<double>{}},
                           G.conv.filters, warp);
            if (is_shared) {
                sum_over_processes(shared, block.filters);
                each(one, RoundSums{one, shared_sums(shared, block.filters), total});
            }
            constexpr bool by_windows = windows_tile(G);
            using Backward = std::conditional_t<by_windows, NormWindowsBackward<G, Z>, NormPoolBackward<G, Z>>;
            const float share = 1 / values_of_whole_channel(p, block.z_shape);
            each(by_windows ? block.y_size : block.z_size,
                 Backward{{p.n, share, block.norm(p), dy, total, block.choice(p), z}});
        } else if constexpr (G.bias) {
            bias_backward(p);
        }
        using Input = InputGradient<G, P, Z>;
        using Product = typename Input::Product;
        float* const packed = p.dx ? p.work + block.work.backward_weights : nullptr;
        const int parts = block.work.parts;
        if constexpr (constexpr GradientPlan plan(G.conv, P); plan.by_patches()) {
            device_.launch(PatchWeightGradient<G, P, Z>{p.n, parts, z, block.x(p),
                                                        {reinterpret_cast<Words*>(p.work), block.work.values / 4}},
                           plan.tiles() * parts, tile_threads);
            sum_parts_and_pack<WeightOfPart<G, P>, Product>(parts, block.work.part_values, p, block.weights, packed);
        } else {
            using Weights = WeightGradient<G, P, Z>;
            device_.launch(Weights{p.n, parts, z, block.x(p), {p.work, block.work.values}},
                           Weights::row_tiles * Weights::column_tiles * parts, tile_threads);
            sum_parts_and_pack<InOrder, Product>(parts, block.weights, p, block.weights, packed);
        }
        if (!p.dx) return;
        const auto product = product_of<Product>(p.n, Span<const Z>(z), block.weight(p), packed);
        device_.launch(Input{product, {p.dx, block.x_size}}, product.tiles(p.n) * product.row_tiles, tile_threads);
    }

    /// One kernel over all parameters; `spans` say where weight decay acts.
    template <class R, class DecaySpan, std::size_t Count>
    void update_all(const R& rule, float decay, const std::array<DecaySpan, Count>& spans, std::size_t count,
                    float* w, const float* g, float* a, float* b) {
        constexpr bool planned = requires { rule.get(); };
        using Rule = std::conditional_t<planned, R, GivenRule<R>>;
        using Kernel = Update<Rule, DecaySpan, Count>;
        static_assert(sizeof(Kernel) <= 32000, "typenet: too many tensors for one kernel's arguments");
        Kernel kernel{Rule{rule}, decay, count, {w, count}, {g, count}, {a, count}, {b, count}, {}};
        std::copy(spans.begin(), spans.end(), kernel.spans);
        each(count / Kernel::together, kernel);
    }

private:
    static constexpr int threads = 256;

    static std::size_t in_size(const Pass<float>& p) { return static_cast<std::size_t>(p.n) * p.in.size(); }
    static std::size_t out_size(const Pass<float>& p) { return static_cast<std::size_t>(p.n) * p.out.size(); }
    static ChannelValues values_of(const Pass<float>& p, Shape s) {
        return {p.n, s.channels, static_cast<int>(s.plane())};
    }

    /// How many values of a channel are normalised together.
    float values_of_whole_channel(const Pass<float>& p, Shape s) const {
        return static_cast<float>(group_ ? group_->whole() : p.n) * static_cast<float>(s.plane());
    }

    /// Two sums of every channel, as BlockWork::shared() made room for.
    static Span<double> shared_sums(float* place, std::size_t channels) {
        return {reinterpret_cast<double*>(place), 2 * channels};
    }
    void sum_over_processes(float* place, std::size_t channels) {
        group_->sum_in_stream({reinterpret_cast<double*>(place), 2 * channels});
    }
    /// The whole batch's statistics from the moments that lie there of this process's values of shape s.
    void take_whole_statistics(const Pass<float>& p, Shape s, float* place, const BatchStatistics& statistics) {
        const auto channels = static_cast<std::size_t>(s.channels);
        sum_over_processes(place, channels);
        each(channels, WholeStatistics{s.channels, values_of_whole_channel(p, s), {shared_sums(place, channels)},
                                       statistics});
    }

    /// A thread for each of `count` values.
    template <class Kernel> void each(std::size_t count, const Kernel& kernel) {
        device_.launch(kernel, static_cast<int>((count + threads - 1) / threads), threads);
    }

    /// A thread for each part of a layer's reference mathematics.
    template <class L, class Part> void each_part(int count, const Part& f) {
        static_assert(Traits<L>::axis != Axis::none,
                      "typenet: this layer has no CUDA kernel, and its reference mathematics names no Axis along which "
                      "it could be spread over threads");
        each(static_cast<std::size_t>(count), Parts<Part>{count, f});
    }

    void to_columns(const Taps& taps, const Pass<float>& p, int first, int group) {
        const std::size_t count = static_cast<std::size_t>(group) * taps.columns();
        each(count, ToColumns{count, taps, {p.x + static_cast<std::size_t>(first) * p.in.size(),
                                            static_cast<std::size_t>(group) * p.in.size()}, {p.work, count}});
    }
    void add_bias(const Pass<float>& p) {
        each(out_size(p), AddBias{out_size(p), p.out.channels, static_cast<int>(p.out.plane()),
                                  {p.parameter[1], static_cast<std::size_t>(p.out.channels)}, {p.y, out_size(p)}});
    }
    void sum_parts(int parts, std::size_t size, bool add, const float* part, float* sum) {
        device_.launch(SumParts<>{parts, size, add, {part, static_cast<std::size_t>(parts) * size}, {sum, size}},
                       blocks(static_cast<int>(size), warp), sum_parts_threads);
    }
    void bias_backward(const Pass<float>& p) {
        device_.launch(BiasBackward{values_of(p, p.out), {p.dy, out_size(p)},
                                    {p.gradient[1], static_cast<std::size_t>(p.out.channels)}},
                       p.out.channels, norm_threads);
    }
    static int blocks(int count, int size) { return (count + size - 1) / size; }

    /// What packs a product's weights into `place`, if it reads packed ones.
    template <class Product> static constexpr bool is_packed = requires { Product::plan; };
    template <class Product> static auto packing(Span<const float> weight, float* place) {
        using Pack = PackWeights<Product::plan, P>;
        return Pack{weight, {reinterpret_cast<Words*>(place), Pack::fours}};
    }
    template <class Product> void pack(Span<const float> weight, float* place) {
        if constexpr (is_packed<Product>) {
            const auto kernel = packing<Product>(weight, place);
            each(kernel.fours, kernel);
        }
    }
    /// A convolution's product; `packed`: where its packed weights lie.
    template <class Product, class V>
    static Product product_of(int n, Span<const V> source, Span<const float> weight, const float* packed) {
        if constexpr (is_packed<Product>)
            return {n, source, {reinterpret_cast<const Words*>(packed), Product::plan.packed_words() / 4}};
        else
            return Product({n, source, weight});
    }

    /// The weights' gradient, whose parts lie in p.work; and packs the weights beside, unless `packed` is null.
    template <class Place, class Product>
    void sum_parts_and_pack(int parts, std::size_t size, const Pass<float>& p, std::size_t weights, float* packed) {
        const SumParts<Place> sum{parts, size, false, {p.work, static_cast<std::size_t>(parts) * size},
                                  {p.gradient[0], weights}};
        const int sum_blocks = blocks(static_cast<int>(size), warp);
        if constexpr (is_packed<Product>) {
            if (packed) {
                const auto pack = packing<Product>({p.parameter[0], weights}, packed);
                device_.launch(Beside<SumParts<Place>, decltype(pack)>{sum_blocks, sum, pack},
                               sum_blocks + blocks(pack.fours, sum_parts_threads), sum_parts_threads);
                return;
            }
        }
        device_.launch(sum, sum_blocks, sum_parts_threads);
    }

    /// What a fused block keeps and needs beside its tensors.
    template <BlockGeometry G> struct Block : BlockTensors<G> {
        using Tensors = BlockTensors<G>;
        using Tensors::of, Tensors::state, Tensors::z_size, Tensors::y_size;
        using Z = std::conditional_t<BlockSaved::keeps_z(G), Kept<P>, float>;
        BlockSaved saved;
        BlockWork work;

        explicit Block(const Pass<float>& p) : Tensors(p), saved(G, p.n, P), work(G, p.n, P) {}

        Span<float> mean(const Pass<float>& p) const { return of(p.saved + saved.mean, G.norm); }
        Span<float> inverse(const Pass<float>& p) const { return of(p.saved + saved.inverse, G.norm); }
        /// z, or its gradient: what is kept, or `plain` where nothing follows the convolution.
        Span<Z> z(const Pass<float>& p, const float* plain) const {
            if constexpr (BlockSaved::keeps_z(G))
                return {reinterpret_cast<Z*>(p.saved + saved.z), z_size};
            else
                return {const_cast<float*>(plain), z_size};
        }
        Span<unsigned char> choice(const Pass<float>& p) const {
            return {G.pool() ? reinterpret_cast<unsigned char*>(p.saved + saved.choice) : nullptr, y_size};
        }
        BatchStatistics statistics(const Pass<float>& p) const {
            return {Tensors::epsilon, Tensors::momentum, mean(p), inverse(p), state(p, 0), state(p, 1)};
        }
        Normalisation<G> norm(const Pass<float>& p) const {
            return {mean(p), inverse(p), Tensors::gamma(p), Tensors::beta(p)};
        }
    };

    Device device_;

protected:
    Group* group_ = nullptr;   ///< of SharedBackend (runtime/cuda/shared_backend.hpp); null: this process is alone
};

}  // namespace tn::cuda
