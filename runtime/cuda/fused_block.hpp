// What the passes of every fused block have: its tensors, as its kernels take them, and where it keeps things.
#pragma once

#include <cstddef>

#include "dsl/core/conv_geometry.hpp"
#include "dsl/core/layer.hpp"
#include "runtime/core/process_group.hpp"
#include "runtime/cuda/execution.hpp"
#include "runtime/cuda/kernels/conv_norm_pool.hpp"
#include "runtime/cuda/kernels/moments.hpp"

namespace tn::cuda {

/// Of the batch normalisation in the block; 0 where there is none.
struct NormAttributes {
    float epsilon, momentum;
};

/// One pass over a block. `Saved` and `Work` say where things lie in p.saved and p.work; `group` are the processes that
/// share the batch, or null. Parameters are Conv's weight and bias, then BN's weight and bias; a tensor that the block
/// has not is null.
template <BlockGeometry G, class Gpu, class Saved, class Work> class FusedBlock {
protected:
    static constexpr std::size_t filters = G.conv.filters, weights = G.conv.weights();
    static constexpr std::size_t first_norm = G.bias ? 2 : 1;
    static constexpr Shape z_shape{G.conv.filters, G.conv.out_h(), G.conv.out_w()};

    FusedBlock(Gpu& gpu, ProcessGroup* group, const Pass<float>& p, const NormAttributes& norm, const Saved& saved,
               const Work& work)
        : gpu_(gpu), group_(group), p_(p), norm_(norm), saved_(saved), work_(work) {}

    std::size_t x_size() const { return p_.n * G.conv.in_size(); }
    std::size_t y_size() const { return p_.n * G.y_size(); }
    std::size_t z_size() const { return p_.n * G.conv.out_size(); }

    Span<const float> x() const { return {p_.x, x_size()}; }
    Span<float> y() const { return {p_.y, y_size()}; }
    Span<const float> dy() const { return {p_.dy, y_size()}; }
    Span<float> dx() const { return {p_.dx, x_size()}; }
    Span<const float> weight() const { return {p_.parameter[0], weights}; }
    Span<float> dweight() const { return {p_.gradient[0], weights}; }
    Span<float> bias() const { return of(p_.parameter[1], G.bias); }
    Span<float> gamma() const { return of(p_.parameter[first_norm], G.norm); }
    Span<float> beta() const { return of(p_.parameter[first_norm + 1], G.norm); }
    Span<float> dbias() const { return of(p_.gradient[1], G.bias); }
    Span<float> dgamma() const { return of(p_.gradient[first_norm], G.norm); }
    Span<float> dbeta() const { return of(p_.gradient[first_norm + 1], G.norm); }
    Span<float> running_mean() const { return of(p_.state[0], G.norm); }
    Span<float> running_var() const { return of(p_.state[1], G.norm); }

    /// Of evaluation.
    NormOfFilters<G> running_norm() const {
        return {bias(), running_mean(), {}, running_var(), gamma(), beta(), norm_.epsilon};
    }

    // What training keeps.
    Span<float> mean() const { return of(p_.saved + saved_.mean, G.norm); }
    Span<float> inv_std() const { return of(p_.saved + saved_.inv_std, G.norm); }
    BatchStatistics statistics() const {
        return {norm_.epsilon, norm_.momentum, mean(), inv_std(), running_mean(), running_var()};
    }
    Normalisation<G> norm() const { return {mean(), inv_std(), gamma(), beta()}; }

    Gpu& gpu_;
    ProcessGroup* group_;
    const Pass<float>& p_;
    NormAttributes norm_;
    Saved saved_;
    Work work_;

private:
    static Span<float> of(float* first, bool there) { return {there ? first : nullptr, filters}; }
};

}  // namespace tn::cuda
