// Normalisation of planes that lie in the memory as they are, with a function of one value behind it: the block's
// rectifier, or, where `function` is not null, any.
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
#include "runtime/cpu/formula_loops.hpp"
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

/// The factors of up to `lanes` channels from c on, of which there are `count`.
inline AffineOf<V> affine_of_channels(const Affine* affine, int c, int count) {
    AffineOf<V> a{};
    for (int k = 0; k < count; ++k) {
        a.mean[k] = affine[c + k].mean;
        a.scale[k] = affine[c + k].scale;
        a.shift[k] = affine[c + k].shift;
    }
    return a;
}

/// y = the rectified, normalised x, of one sample whose channels have one value each.
template <class AffineOfChannels>
void norm_channels(const float* x, const AffineOfChannels& affine_from, const Rectifier& rectify, int channels,
                   float* y) {
    for (int c = 0; c < channels; c += lanes) {
        const int count = std::min(lanes, channels - c);
        store_partial(y + c, rectify(normalise(affine_from(c, count), load_partial(x + c, count))), count);
    }
}

inline void norm_apply(ThreadPool& pool, const PlanePlan& plan, int n, const float* x, const Affine* affine, float* y,
                       const FormulaLoops* function) {
    const BlockGeometry& b = plan.block;
    const Rectifier rectify(b);
    const int channels = b.conv.filters, plane = static_cast<int>(b.conv.out_plane());
    if (plane == 1) {  // vectors of channels
        each_in_tasks(pool, n, [&](int s, int) {
            const Index first = Index{s} * channels;
            norm_channels(
                x + first, [&](int c, int count) { return affine_of_channels(affine, c, count); }, rectify, channels,
                y + first);
            if (function) function->forward(y + first, y + first, channels);
        });
        return;
    }
    each_in_tasks(pool, n * channels, [&](int i, int) {
        float* to = y + Index{i} * plane;
        norm_row(x + Index{i} * plane, affine[i % channels], rectify, plane, to);
        if (function) function->forward(to, to, plane);
    });
}

inline void norm_forward(ThreadPool& pool, const PlanePlan& plan, const ConvForward& pass,
                         const FormulaLoops* function) {
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
    norm_apply(pool, plan, pass.n, pass.x, affine, pass.y, function);
}

inline void norm_infer(ThreadPool& pool, const PlanePlan& plan, const ConvInfer& pass, const FormulaLoops* function) {
    const PlaneWork at(plan, pass.n, false);
    auto* affine = reinterpret_cast<Affine*>(aligned(pass.work) + at.channels);
    for (int f = 0; f < plan.block.conv.filters; ++f) affine[f] = running_affine(plan.block, pass, f);
    norm_apply(pool, plan, pass.n, pass.x, affine, pass.y, function);
}

/// The gradients of what came before the function, of `count` values of a plane: from their x and dy, and y where the
/// derivative is made from it.
inline void gradient_before(const FormulaLoops& function, const Affine& affine, const float* x, const float* y,
                            const float* dy, int count, float* g) {
    for (int i = 0; i < count; i += lanes)
        store_partial(g + i, normalise(affine, load_partial(x + i, count - i)), count - i);
    function.backward(g, y, dy, g, count);
}

/// Gradients are kept in dx from the sums over the batch until these are known.
inline void norm_backward(ThreadPool& pool, const PlanePlan& plan, const ConvBackward& pass, const float* y,
                          const FormulaLoops* function) {
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
        const Channel& own = channel[i % channels];
        V sum_g{}, sum_gz{};
        constexpr int most = 1024;
        float piece[most];
        for (int k = 0; k < plane; k += most) {
            const int count = std::min(most, plane - k);
            const float *x = pass.x + first + k, *g = pass.dy + first + k;
            if (function) {
                float* before = pass.dx ? pass.dx + first + k : piece;
                gradient_before(*function, own.affine, x, y ? y + first + k : nullptr, g, count, before);
                g = before;
            }
            add_gradient_sums(x, g, own.affine, rectify, count, sum_g, sum_gz);
        }
        sums[SampleSums::at(channels, i / channels, 0, i % channels)] = horizontal_sum(sum_g);
        sums[SampleSums::at(channels, i / channels, 1, i % channels)] = horizontal_sum(sum_gz);
    });
    combine_gradients(b, pass, statistics, sums, channel);
    if (!pass.dx) return;
    each_in_tasks(pool, pass.n * channels, [&](int i, int) {
        const Index first = Index{i} * plane;
        const float* g = function ? pass.dx : pass.dy;
        dz_row(pass.x + first, g + first, channel[i % channels], rectify, plane, pass.dx + first);
    });
}

}  // namespace tn::cpu::TN_ISA
#endif
