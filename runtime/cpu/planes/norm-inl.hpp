// Normalisation of planes that lie in the memory as they are, with ReLU behind it.
#if defined(TN_CPU_PLANES_NORM_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_PLANES_NORM_INL
#undef TN_CPU_PLANES_NORM_INL
#else
#define TN_CPU_PLANES_NORM_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/batch_norm-inl.hpp"
#include "runtime/cpu/conv_block/direct/dz-inl.hpp"
#include "runtime/cpu/conv_block/direct/finish-inl.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/planes/plan.hpp"

namespace tn::cpu::TN_ISA {

/// Calls f(index, task) for 0 .. count - 1, cut into at most max_slices tasks.
template <class F> void each_in_tasks(ThreadPool& pool, int count, const F& f) {
    const int tasks = std::min(count, max_slices);
    pool.run(tasks, [&](int task) {
        const Range own = part_of(count, tasks, task);
        for (int i = own.first; i < own.last; ++i) f(i, task);
    });
}

/// y = the rectified, normalised x.
inline void norm_row(const float* x, const Affine& affine, const Rectifier& rectify, int count, float* y) {
    for (int i = 0; i < count; i += lanes)
        store_partial(y + i, rectify(normalise(affine, load_partial(x + i, count - i))), count - i);
}

inline void norm_apply(ThreadPool& pool, const PlanePlan& plan, int n, const float* x, const Affine* affine, float* y) {
    const BlockGeometry& b = plan.block;
    const Rectifier rectify(b);
    const int channels = b.conv.filters, plane = static_cast<int>(b.conv.out_plane());
    if (plane == 1) {  // vectors of channels
        each_in_tasks(pool, n, [&](int s, int) {
            for (int c = 0; c < channels; c += lanes) {
                const int count = std::min(lanes, channels - c);
                AffineOf<V> a{};
                for (int k = 0; k < count; ++k) {
                    a.mean[k] = affine[c + k].mean;
                    a.scale[k] = affine[c + k].scale;
                    a.shift[k] = affine[c + k].shift;
                }
                const Index at = Index{s} * channels + c;
                store_partial(y + at, rectify(normalise(a, load_partial(x + at, count))), count);
            }
        });
        return;
    }
    each_in_tasks(pool, n * channels, [&](int i, int) {
        norm_row(x + Index{i} * plane, affine[i % channels], rectify, plane, y + Index{i} * plane);
    });
}

inline void norm_forward(ThreadPool& pool, const PlanePlan& plan, const ConvForward& pass) {
    const BlockGeometry& b = plan.block;
    const int channels = b.conv.filters, plane = static_cast<int>(b.conv.out_plane());
    const PlaneWork at(plan, pass.n, false);
    float *work = aligned(pass.work), *sums = work + at.sums;
    each_in_tasks(pool, pass.n * channels, [&](int i, int) {
        const MeanAndSquares m =
            plane == 1 ? MeanAndSquares{pass.x[i], 0} : statistics_of(pass.x + Index{i} * plane, plane);
        sums[SampleSums::at(channels, i / channels, 0, i % channels)] = m.mean;
        sums[SampleSums::at(channels, i / channels, 1, i % channels)] = m.squares;
    });
    const SavedStatistics statistics(pass.saved, channels);
    combine_statistics(b, pass, sums, statistics);
    auto* affine = reinterpret_cast<Affine*>(work + at.channels);
    for (int f = 0; f < channels; ++f) affine[f] = batch_affine(b, statistics, pass.gamma, pass.beta, f);
    norm_apply(pool, plan, pass.n, pass.x, affine, pass.y);
}

inline void norm_infer(ThreadPool& pool, const PlanePlan& plan, const ConvInfer& pass) {
    const PlaneWork at(plan, pass.n, false);
    auto* affine = reinterpret_cast<Affine*>(aligned(pass.work) + at.channels);
    for (int f = 0; f < plan.block.conv.filters; ++f) affine[f] = running_affine(plan.block, pass, f);
    norm_apply(pool, plan, pass.n, pass.x, affine, pass.y);
}

inline void norm_backward(ThreadPool& pool, const PlanePlan& plan, const ConvBackward& pass) {
    const BlockGeometry& b = plan.block;
    const Rectifier rectify(b);
    const int channels = b.conv.filters, plane = static_cast<int>(b.conv.out_plane());
    const PlaneWork at(plan, pass.n, false);
    float *work = aligned(pass.work), *sums = work + at.sums;
    auto* channel = reinterpret_cast<Channel*>(work + at.channels);
    const SavedStatistics statistics(pass.saved, channels);
    start_channels(b, pass, statistics, channel);
    each_in_tasks(pool, pass.n * channels, [&](int i, int) {
        const Index first = Index{i} * plane;
        const int c = i % channels;
        V sum_g{}, sum_gz{};
        add_gradient_sums(pass.x + first, pass.dy + first, channel[c].affine, rectify, plane, sum_g, sum_gz);
        sums[SampleSums::at(channels, i / channels, 0, c)] = horizontal_sum(sum_g);
        sums[SampleSums::at(channels, i / channels, 1, c)] = horizontal_sum(sum_gz);
    });
    combine_gradients(b, pass, statistics, sums, channel);
    if (!pass.dx) return;
    each_in_tasks(pool, pass.n * channels, [&](int i, int) {
        const Index first = Index{i} * plane;
        dz_row(pass.x + first, pass.dy + first, channel[i % channels], rectify, plane, pass.dx + first);
    });
}

}  // namespace tn::cpu::TN_ISA
#endif
