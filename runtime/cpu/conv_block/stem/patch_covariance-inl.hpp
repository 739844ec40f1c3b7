// The statistics of z and of its products with a patch, from the moments of the patches: z is linear in the patch.
#if defined(TN_CPU_CONV_BLOCK_STEM_PATCH_COVARIANCE_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_STEM_PATCH_COVARIANCE_INL
#undef TN_CPU_CONV_BLOCK_STEM_PATCH_COVARIANCE_INL
#else
#define TN_CPU_CONV_BLOCK_STEM_PATCH_COVARIANCE_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/process_group.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/shared_batch.hpp"
#include "runtime/cpu/conv_block/slices-inl.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/conv_block/stem/patch_moments-inl.hpp"
#include "runtime/cpu/conv_block/stem/plan.hpp"
#include "runtime/cpu/conv_block/stem/workspace-inl.hpp"

namespace tn::cpu::TN_ISA {

/// Covariances of the values of a patch, from their moments over `count` patches.
struct PatchCovariance {
    const StemPlan& plan;
    const double* moments;
    double count;

    double mean(int d) const { return moments[d] / count; }
    double operator()(int d, int e) const {
        return moments[plan.product_at(std::min(d, e), std::max(d, e))] / count - mean(d) * mean(e);
    }
    /// Of value d with a filter's z.
    double with_z(const float* weight, int d) const {
        double total = 0;
        for (int e = 0; e < plan.depth(); ++e) total += double{weight[e]} * (*this)(d, e);
        return total;
    }
    double z_mean(const float* weight) const {
        double total = 0;
        for (int d = 0; d < plan.depth(); ++d) total += double{weight[d]} * mean(d);
        return total;
    }
    double z_variance(const float* weight) const {
        double variance = 0;
        for (int d = 0; d < plan.depth(); ++d) variance += double{weight[d]} * with_z(weight, d);
        return variance < 0 ? 0 : variance;
    }
};

/// The patches of the whole batch, of which n samples are this process's.
inline double patches(const StemWorkspace& ws, const ProcessGroup* group, int n) {
    return static_cast<double>(ws.conv().out_plane()) * whole_batch(group, n);
}

/// The moments of all patches of the whole batch; they lie in `work`.
inline double* sum_moments(ThreadPool& pool, const StemWorkspace& ws, int n, const float* x, ProcessGroup* group) {
    auto* moments = reinterpret_cast<double*>(ws.work + ws.at.moments);
    const Index count = ws.plan.moments();
    const Slices slices(n);
    pool.run(slices.count, [&](int slice, int thread) {
        double* of_slice = moments + slice * count;
        std::fill_n(of_slice, count, 0.0);
        PatchMoments sums(ws.plan, reinterpret_cast<double*>(ws.scratch(thread) + ws.at.rows), of_slice);
        const Range samples = slices.samples(slice);
        for (int s = samples.first; s < samples.last; ++s) sums.add(x + s * ws.conv().in_size());
    });
    add_slices(moments, count, slices.count);
    sum_over(group, std::span(moments, count));
    return moments;
}

}  // namespace tn::cpu::TN_ISA
#endif
