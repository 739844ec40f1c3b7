// The fused block whose convolution is a matrix product: its kernels in order (runtime/cuda/kernels/conv_kernels.hpp).
#pragma once

#include <type_traits>

#include "runtime/cuda/block_plan.hpp"
#include "runtime/cuda/fused_block.hpp"
#include "runtime/cuda/kernels/columns.hpp"
#include "runtime/cuda/kernels/conv_kernels.hpp"
#include "runtime/cuda/launches.hpp"

namespace tn::cuda {

template <BlockGeometry G, Precision P, class Gpu> class ProductBlock : FusedBlock<G, Gpu, BlockSaved, BlockWork> {
    using Base = FusedBlock<G, Gpu, BlockSaved, BlockWork>;
    using Base::gpu_, Base::group_, Base::p_, Base::saved_, Base::work_, Base::filters, Base::norm;
    static constexpr bool keeps_z = BlockSaved::keeps_z(G);
    using Z = std::conditional_t<keeps_z, Kept<P>, float>;

public:
    ProductBlock(Gpu& gpu, ProcessGroup* group, const Pass<float>& p, const NormAttributes& norm)
        : Base(gpu, group, p, norm, BlockSaved(G, p.n, P), BlockWork(G, p.n, P)) {}

    void forward() {
        if (!p_.training) return evaluate();
        using Kernel = ConvForwardKernel<G, P, Z>;
        const Span<float> partial{p_.work, work_.values};
        float* const packed = p_.work + work_.forward_weights;
        pack<typename Kernel::Product>(packed);
        gpu_.launch(Kernel{product_of<typename Kernel::Product>(this->x(), packed), work_.statistics, this->bias(),
                           z(p_.y), partial},
                    work_.statistics * Kernel::row_tiles, tile_threads);
        if constexpr (G.norm) take_statistics({p_.n, work_.statistics, partial});
        if constexpr (keeps_z)
            launch_each(gpu_, this->y_size(), NormPoolForward<G, Z>{p_.n, norm(), z(p_.y), this->y(), argmax()});
    }

    void backward() {
        if constexpr (keeps_z)
            gradient_of_z();
        else if constexpr (G.bias)
            bias_backward(gpu_, p_);
        using Input = InputGradient<G, P, Z>;
        using Product = typename Input::Product;
        float* const packed = p_.dx ? p_.work + work_.backward_weights : nullptr;
        gradient_of_weights<Product>(packed);
        if (!p_.dx) return;
        const auto product = product_of<Product>(Span<const Z>(z(p_.dy)), packed);
        gpu_.launch(Input{product, this->dx()}, product.tiles(p_.n) * product.row_tiles, tile_threads);
    }

private:
    void evaluate() {
        using Kernel = ConvInferKernel<G, P>;
        pack<typename Kernel::Product>(p_.work);
        const auto product = product_of<typename Kernel::Product>(this->x(), p_.work);
        gpu_.launch(Kernel{product, this->running_norm(), this->y()}, product.tiles(p_.n) * Kernel::row_tiles,
                    tile_threads);
    }

    void take_statistics(const PartialStatistics<G, P>& parts) {
        const BatchStatistics statistics = this->statistics();
        if (group_) {
            float* const shared = p_.work + 2 * filters * work_.statistics;
            gpu_.launch(StatisticsKernel<G, P, SharedMoments>{parts, {shared_sums(shared, filters)}}, G.conv.filters,
                        statistics_threads);
            take_whole_statistics(gpu_, *group_, p_, Base::z_shape, shared, statistics);
        } else {
            gpu_.launch(StatisticsKernel<G, P>{parts, statistics}, G.conv.filters, statistics_threads);
        }
    }

    /// In z's place.
    void gradient_of_z() {
        constexpr std::size_t one = 2 * filters;
        float* const shared = p_.work + one;
        const Span<float> total{p_.work, one};
        const Span<float> partial{shared + BlockWork::shared(filters), one * work_.sums};
        gpu_.launch(GradientSums<G, Z>{p_.n, work_.sums, norm(), z(p_.dy), this->dy(), argmax(), partial},
                    G.conv.filters * work_.sums, sum_threads);
        const Span<double> sums = G.norm && group_ ? shared_sums(shared, filters) : Span<double>{};
        const GradientTotals<G> totals{work_.sums, partial, total, this->dgamma(), this->dbeta(), this->dbias(), sums};
        gpu_.launch(totals, G.conv.filters, warp);
        if (sums) {
            group_->sum_in_stream(sums.values());
            launch_each(gpu_, one, RoundSums{one, sums, total});
        }
        constexpr bool by_windows = windows_tile(G);
        using Backward = std::conditional_t<by_windows, NormWindowsBackward<G, Z>, NormPoolBackward<G, Z>>;
        const float share = 1 / values_of_whole_channel(group_, p_, Base::z_shape);
        launch_each(gpu_, by_windows ? this->y_size() : this->z_size(),
                    Backward{{p_.n, share, norm(), this->dy(), total, argmax(), z(p_.dy)}});
    }

    /// And packs the weights for the input's gradient beside, unless `packed` is null.
    template <class Product> void gradient_of_weights(float* packed) {
        const int parts = work_.parts;
        if constexpr (constexpr GradientPlan plan(G.conv, P); plan.by_patches()) {
            gpu_.launch(
                PatchWeightGradient<G, P, Z>{
                    p_.n, parts, z(p_.dy), this->x(), {reinterpret_cast<Words*>(p_.work), work_.values / 4}},
                plan.tiles() * parts, tile_threads);
            sum_parts_and_pack<WeightOfPart<G, P>, Product>(work_.part_values, packed);
        } else {
            using Weights = WeightGradient<G, P, Z>;
            gpu_.launch(Weights{p_.n, parts, z(p_.dy), this->x(), {p_.work, work_.values}},
                        Weights::row_tiles * Weights::column_tiles * parts, tile_threads);
            sum_parts_and_pack<InOrder, Product>(Base::weights, packed);
        }
    }
    template <class Place, class Product> void sum_parts_and_pack(std::size_t size, float* packed) {
        const Span<const float> parts{p_.work, work_.parts * size};
        const SumParts<Place> sum{work_.parts, size, false, parts, this->dweight()};
        const int sum_blocks = blocks(static_cast<int>(size), warp);
        if constexpr (is_packed<Product>) {
            if (packed) {
                const auto pack = packing<Product>(packed);
                gpu_.launch(Beside<SumParts<Place>, decltype(pack)>{sum_blocks, sum, pack},
                            sum_blocks + blocks(pack.fours, sum_parts_threads), sum_parts_threads);
                return;
            }
        }
        gpu_.launch(sum, sum_blocks, sum_parts_threads);
    }

    /// What packs a product's weights into `place`, if it reads packed ones.
    template <class Product> static constexpr bool is_packed = requires { Product::plan; };
    template <class Product> auto packing(float* place) const {
        using Pack = PackWeights<Product::plan, P>;
        return Pack{this->weight(), {reinterpret_cast<Words*>(place), Pack::fours}};
    }
    template <class Product> void pack(float* place) {
        if constexpr (is_packed<Product>) {
            const auto kernel = packing<Product>(place);
            launch_each(gpu_, kernel.fours, kernel);
        }
    }
    /// A convolution's product; `packed`: where its packed weights lie.
    template <class Product, class V> Product product_of(Span<const V> source, const float* packed) const {
        if constexpr (is_packed<Product>)
            return {p_.n, source, {reinterpret_cast<const Words*>(packed), Product::plan.packed_words() / 4}};
        else
            return Product({p_.n, source, this->weight()});
    }

    /// z, or its gradient: what is kept, or `plain` where nothing follows the convolution.
    Span<Z> z(const float* plain) const {
        if constexpr (keeps_z)
            return {reinterpret_cast<Z*>(p_.saved + saved_.z), this->z_size()};
        else
            return {const_cast<float*>(plain), this->z_size()};
    }
    Span<unsigned char> argmax() const {
        return {G.pool() ? reinterpret_cast<unsigned char*>(p_.saved + saved_.argmax) : nullptr, this->y_size()};
    }
};

}  // namespace tn::cuda
