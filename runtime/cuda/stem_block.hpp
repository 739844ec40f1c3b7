// The fused block of few input channels: its kernels in order (runtime/cuda/stem_plan.hpp says how it is computed).
#pragma once

#include "runtime/cuda/fused_block.hpp"
#include "runtime/cuda/kernels/stem_backward.hpp"
#include "runtime/cuda/kernels/stem_forward.hpp"
#include "runtime/cuda/kernels/stem_moments.hpp"
#include "runtime/cuda/launches.hpp"

namespace tn::cuda {

template <BlockGeometry G, class Gpu> class StemBlock : FusedBlock<G, Gpu, StemSaved, StemWork> {
    using Base = FusedBlock<G, Gpu, StemSaved, StemWork>;
    using Base::gpu_, Base::group_, Base::p_, Base::saved_, Base::work_, Base::filters;

public:
    StemBlock(Gpu& gpu, ProcessGroup* group, const Pass<float>& p, const NormAttributes& norm)
        : Base(gpu, group, p, norm, StemSaved(G, p.n), StemWork(G, p.n)) {}

    void forward() {
        NormOfFilters<G> norm = this->running_norm();
        Span<unsigned char> argmax;
        if (p_.training) {
            if constexpr (G.norm) take_statistics();
            norm.mean = this->mean();
            norm.inv_std = this->inv_std();
            argmax = this->argmax();
        }
        using Kernel = StemForward<G>;
        gpu_.launch(Kernel{p_.n, this->weight(), norm, this->x(), this->y(), argmax},
                    blocks(p_.n * int{G.y_plane()}, Kernel::threads) * Kernel::groups, Kernel::threads);
    }

    void backward() {
        const Span<float> partial{p_.work + work_.partial, work_.values - work_.partial};
        const Span<double> total = shared_sums(p_.work + work_.shared, filters);
        using Sums = RoutedSums<G>;
        gpu_.launch(Sums{p_.n, work_.parts, moments(), this->x(), this->dy(), argmax(), partial},
                    Sums::groups * work_.parts, Sums::threads);
        gpu_.launch(StemGradients<G>{work_.parts, moments(), partial, this->weight(), this->gamma(), this->inv_std(),
                                     this->dweight(), this->dgamma(), this->dbeta(), this->dbias(), total},
                    G.conv.filters, warp);
        if (p_.dx) input_gradient(total);
    }

private:
    void take_statistics() {
        const Span<float> shift{p_.work + work_.shift, work_.sums};
        const Span<float> partial{p_.work + work_.sums, work_.values - work_.sums};
        gpu_.launch(SumPatches<G, true>{p_.n, work_.groups, this->x(), shift, partial}, work_.groups * G.conv.channels,
                    patch_threads);
        if constexpr (G.conv.channels > 1)
            gpu_.launch(SumPatches<G, false>{p_.n, work_.groups, this->x(), shift, partial},
                        work_.groups * PatchSums(G).pairs(), patch_threads);
        constexpr std::size_t count = StemSaved::moments_size(G);
        const Span<double> sums{reinterpret_cast<double*>(p_.saved + saved_.moments), count};
        gpu_.launch(TotalPatches<G>{p_.n, work_.groups, shift, partial, sums}, static_cast<int>(count), warp);
        if (group_) group_->sum_in_stream(sums.values());
        gpu_.launch(StemStatistics<G>{moments(), this->weight(), this->bias(), this->statistics()}, G.conv.filters,
                    warp);
    }

    /// What the normalisation's part of dx needs are the sums over all processes.
    void input_gradient(const Span<double>& total) {
        const Span<float> rounded{p_.work + work_.total, 2 * filters};
        if constexpr (G.norm) {
            if (group_) group_->sum_in_stream(total.values());
            launch_each(gpu_, 2 * filters, RoundSums{2 * filters, total, rounded});
        }
        using Kernel = StemInputGradient<G>;
        gpu_.launch(Kernel{p_.n, static_cast<float>(moments().share), this->norm(), this->x(), this->weight(),
                           this->bias(), this->dy(), rounded, argmax(), this->dx()},
                    blocks(p_.n * Kernel::plane, Kernel::threads), Kernel::threads);
    }

    PatchMoments<G> moments() const {
        const double count = (group_ ? group_->whole() : p_.n) * static_cast<double>(G.conv.out_plane());
        double* const sums = G.norm ? reinterpret_cast<double*>(p_.saved + saved_.moments) : nullptr;
        return {count, 1 / count, {sums, StemSaved::moments_size(G)}};
    }
    Span<unsigned char> argmax() const {
        return {reinterpret_cast<unsigned char*>(p_.saved + saved_.argmax), this->y_size()};
    }
};

}  // namespace tn::cuda
