// The fused block of few input channels: its kernels in order (runtime/cuda/shallow_plan.hpp says how it is computed).
#pragma once

#include "runtime/cuda/block_tensors.hpp"
#include "runtime/cuda/kernels/shallow_backward.hpp"
#include "runtime/cuda/kernels/shallow_forward.hpp"
#include "runtime/cuda/kernels/shallow_moments.hpp"
#include "runtime/cuda/launches.hpp"

namespace tn::cuda {

/// One pass over such a block. `group` are the processes that share the batch, or null.
template <BlockGeometry G, class Device> class ShallowBlock : BlockTensors<G> {
    using Tensors = BlockTensors<G>;
    using Tensors::filters;

public:
    ShallowBlock(Device& device, Group* group, const Pass<float>& p)
        : Tensors(p), device_(device), group_(group), p_(p), saved_(G, p.n), work_(G, p.n) {}

    void forward() {
        NormalisedFilters<G> normalised{Tensors::weight(p_), Tensors::bias(p_), Tensors::state(p_, 0), {},
                                        Tensors::state(p_, 1), Tensors::gamma(p_), Tensors::beta(p_), Tensors::epsilon};
        if (p_.training) {
            if constexpr (G.norm) take_statistics();
            normalised.mean = mean();
            normalised.inverse = inverse();
        }
        using Kernel = ShallowForward<G>;
        const Span<unsigned char> choice = p_.training ? this->choice() : Span<unsigned char>{};
        device_.launch(Kernel{p_.n, normalised, this->x(p_), this->y(p_), choice},
                       blocks(p_.n * static_cast<int>(G.y_plane()), Kernel::threads) * Kernel::groups, Kernel::threads);
    }

    void backward() {
        const Span<float> partial{p_.work + work_.partial, work_.values - work_.partial};
        const Span<double> total{reinterpret_cast<double*>(p_.work + work_.shared), 2 * filters};
        using Sums = RoutedSums<G>;
        device_.launch(Sums{p_.n, work_.parts, moments(), this->x(p_), this->dy(p_), choice(), partial},
                       Sums::groups * work_.parts, Sums::threads);
        device_.launch(ShallowGradients<G>{work_.parts, moments(), partial, Tensors::weight(p_), Tensors::gamma(p_),
                                           inverse(), Tensors::dweight(p_), Tensors::dgamma(p_), Tensors::dbeta(p_),
                                           Tensors::dbias(p_), total},
                       G.conv.filters, warp);
        if (p_.dx) input_gradient(total);
    }

private:
    void take_statistics() {
        const Span<float> shift{p_.work, 4}, partial{p_.work + work_.sums, work_.values - work_.sums};
        device_.launch(SumPatches<G, true>{p_.n, work_.groups, this->x(p_), shift, partial},
                       work_.groups * G.conv.channels, patch_threads);
        if constexpr (G.conv.channels > 1)
            device_.launch(SumPatches<G, false>{p_.n, work_.groups, this->x(p_), shift, partial},
                           work_.groups * PatchSums(G).pairs(), patch_threads);
        constexpr std::size_t count = ShallowSaved::moments_size(G);
        const Span<double> sums{reinterpret_cast<double*>(p_.saved + saved_.moments), count};
        device_.launch(TotalPatches<G>{p_.n, work_.groups, shift, partial, sums}, static_cast<int>(count), warp);
        if (group_) group_->sum_in_stream(sums.values());
        device_.launch(ShallowStatistics<G>{moments(), Tensors::weight(p_), Tensors::bias(p_),
                                            {Tensors::epsilon, Tensors::momentum, mean(), inverse(),
                                             Tensors::state(p_, 0), Tensors::state(p_, 1)}},
                       G.conv.filters, warp);
    }

    /// What the normalisation's part of dx needs are the sums over all processes.
    void input_gradient(const Span<double>& total) {
        const Span<float> rounded{p_.work + work_.total, 2 * filters};
        if constexpr (G.norm) {
            if (group_) group_->sum_in_stream(total.values());
            launch_each(device_, 2 * filters, RoundSums{2 * filters, total, rounded});
        }
        using Kernel = ShallowInputGradient<G>;
        device_.launch(Kernel{p_.n, static_cast<float>(moments().share),
                              {mean(), inverse(), Tensors::gamma(p_), Tensors::beta(p_)}, this->x(p_),
                              Tensors::weight(p_), Tensors::bias(p_), this->dy(p_), rounded, choice(), this->dx(p_)},
                       blocks(p_.n * Kernel::plane, Kernel::threads), Kernel::threads);
    }

    PatchMoments<G> moments() const {
        const double count = (group_ ? group_->whole() : p_.n) * static_cast<double>(G.conv.out_plane());
        double* const sums = G.norm ? reinterpret_cast<double*>(p_.saved + saved_.moments) : nullptr;
        return {count, 1 / count, {sums, ShallowSaved::moments_size(G)}};
    }
    Span<float> mean() const { return Tensors::of(p_.saved + saved_.mean, G.norm); }
    Span<float> inverse() const { return Tensors::of(p_.saved + saved_.inverse, G.norm); }
    Span<unsigned char> choice() const {
        return {reinterpret_cast<unsigned char*>(p_.saved + saved_.choice), this->y_size};
    }

    Device& device_;
    Group* group_;
    const Pass<float>& p_;
    ShallowSaved saved_;
    ShallowWork work_;
};

}  // namespace tn::cuda
