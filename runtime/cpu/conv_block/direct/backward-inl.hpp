// Backward by the direct method.
#if defined(TN_CPU_CONV_BLOCK_DIRECT_BACKWARD_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_DIRECT_BACKWARD_INL
#undef TN_CPU_CONV_BLOCK_DIRECT_BACKWARD_INL
#else
#define TN_CPU_CONV_BLOCK_DIRECT_BACKWARD_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/batch_norm-inl.hpp"
#include "runtime/cpu/conv_block/direct/dw-inl.hpp"
#include "runtime/cpu/conv_block/direct/dx-inl.hpp"
#include "runtime/cpu/conv_block/direct/dz-inl.hpp"
#include "runtime/cpu/conv_block/direct/layout.hpp"
#include "runtime/cpu/conv_block/direct/pack-inl.hpp"
#include "runtime/cpu/conv_block/plan.hpp"
#include "runtime/cpu/conv_block/slices-inl.hpp"
#include "runtime/cpu/conv_block/split.hpp"

namespace tn::cpu::TN_ISA {

/// How every channel's dz follows from dy, and dgamma, dbeta and dbias, from sums over y and the z it came from.
inline void reduce_gradients(ThreadPool& pool, const DirectPlan& plan, const ConvBackward& pass, float* sums,
                             Channel* channels) {
    const BlockGeometry& b = plan.block;
    const int filters = plan.conv().filters;
    const DirectSaved kept(plan, pass.n);
    const SavedStatistics statistics(pass.saved, filters);
    start_channels(b, pass, statistics, channels);
    if (!b.norm && !b.bias) return;
    const Tasks tasks = Tasks::for_threads(pass.n, pool.threads(), filters);
    pool.run(tasks.count(), [&](int task) {
        const Range samples = tasks.samples(task), own = tasks.units(task, filters);
        for (int s = samples.first; s < samples.last; ++s)
            for (int f = own.first; f < own.last; ++f) {
                const Index channel = Index{s} * filters + f;
                const float* dy = pass.dy + channel * b.y_plane();
                const float* z = b.pool()     ? pass.saved + kept.argmax_z + channel * b.y_plane()
                                 : b.z_is_y() ? dy
                                              : pass.saved + kept.z + channel * plan.z.out_plane();
                const bool whole = b.pool() || plan.z.dense() || b.z_is_y();
                const int rows = whole ? 1 : b.y_h(), count = whole ? b.y_h() * b.y_w() : b.y_w();
                V sum_g{}, sum_gz{};
                for (int r = 0; r < rows; ++r)
                    add_gradient_sums(z + r * plan.z.out_row(), dy + r * count, channels[f].affine, Rectifier(b), count,
                                      sum_g, sum_gz);
                sums[SampleSums::at(filters, s, 0, f)] = horizontal_sum(sum_g);
                sums[SampleSums::at(filters, s, 1, f)] = horizontal_sum(sum_gz);
            }
    });
    combine_gradients(b, pass, statistics, sums, channels);
}

/// One slice of the samples, group by group: x and dz packed, dx of each sample, dw summed.
struct DirectBackwardSlice {
    const DirectPlan& plan;
    const ConvBackward& pass;
    const DirectSaved& kept;
    const Channel* channels;
    const float* dx_weights;
    float *x, *dz;  // packed, of a group
    float *band, *dw;

    void run(Range samples) const {
        const Index x_size = round_up(plan.packed_x()), dz_size = round_up(plan.packed_dz());
        for (int first = samples.first; first < samples.last; first += plan.group()) {
            const int count = std::min(plan.group(), samples.last - first);
            for (int i = 0; i < count; ++i) {
                const Index s = first + i;
                float* dz_sample = dz + i * dz_size;
                pack_sample(plan, pass.x + s * plan.conv().in_size(), x + i * x_size);
                pack_dz(s, dz_sample);
                if (pass.dx) input_gradient(plan, dz_sample, dx_weights, band, pass.dx + s * plan.conv().in_size());
            }
            add_dw(plan, x, x_size, dz, dz_size, count, dw);
        }
    }

    void pack_dz(Index s, float* packed) const {
        const BlockGeometry& b = plan.block;
        for (int f = 0; f < b.conv.filters; ++f) {
            const Index channel = s * b.conv.filters + f;
            const float* z = b.z_is_y() ? nullptr : pass.saved + kept.z + channel * plan.z.out_plane();
            float* dz_of_channel = packed + plan.dz_origin() + Index{f} * plan.dz_plane;
            dz_plane(b, {z, plan.z.out_row(), dz_of_channel, dz_of_channel, plan.row}, pass.dy + channel * b.y_plane(),
                     channels[f]);
        }
    }
};

/// dw [count] = (dw +) the sum of the slices' own ones, which are `stride` floats apart.
inline void sum_slices_of_dw(ThreadPool& pool, const float* partial, Index stride, int slices, Index count, float* dw,
                             bool add) {
    constexpr Index chunk = 4096;
    pool.run(static_cast<int>((count + chunk - 1) / chunk), [&](int task) {
        const Index begin = task * chunk, end = std::min(count, begin + chunk);
        for (Index i = begin; i < end; i += lanes) {
            const int here = static_cast<int>(std::min<Index>(end - i, lanes));
            const V sum = sum_of_slices(partial + i, stride, slices);
            store_partial(dw + i, add ? load_partial(dw + i, here) + sum : sum, here);
        }
    });
}

inline void direct_backward(ThreadPool& pool, const ConvPlan& conv_plan, const ConvBackward& pass) {
    const DirectPlan& plan = conv_plan.direct;
    const DirectWork at(plan, pass.n, true);
    const DirectSaved kept(plan, pass.n);
    float* work = aligned(pass.work);
    auto* channels = reinterpret_cast<Channel*>(work + at.channels);
    reduce_gradients(pool, plan, pass, work + at.sums, channels);
    if (pass.dx) pack_dx_weights(pool, plan, pass.weight, work + at.weights);

    const Slices slices(pass.n);
    pool.run(slices.count, [&](int slice) {
        float* x = work + at.packed + slice * at.packed_stride;
        float* dw = work + at.partial + slice * at.partial_stride;
        clear(x, at.packed_stride);
        clear(dw, at.partial_stride);
        const DirectBackwardSlice backward{plan,
                                           pass,
                                           kept,
                                           channels,
                                           work + at.weights,
                                           x,
                                           x + plan.group() * round_up(plan.packed_x()),
                                           work + at.band + slice * at.band_stride,
                                           dw};
        backward.run(slices.samples(slice));
    });
    sum_slices_of_dw(pool, work + at.partial, at.partial_stride, slices.count, plan.conv().weights(), pass.dweight,
                     pass.adds);
}

}  // namespace tn::cpu::TN_ISA
#endif
