// Depthwise convolution with the normalisation and ReLU behind it.
#if defined(TN_CPU_PLANES_DEPTHWISE_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_PLANES_DEPTHWISE_INL
#undef TN_CPU_PLANES_DEPTHWISE_INL
#else
#define TN_CPU_PLANES_DEPTHWISE_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/batch_norm-inl.hpp"
#include "runtime/cpu/conv_block/before_function-inl.hpp"
#include "runtime/cpu/conv_block/direct/dx-inl.hpp"
#include "runtime/cpu/conv_block/direct/dz-inl.hpp"
#include "runtime/cpu/conv_block/direct/finish-inl.hpp"
#include "runtime/cpu/conv_block/direct/pack-inl.hpp"
#include "runtime/cpu/planes/convolve-inl.hpp"
#include "runtime/cpu/planes/norm-inl.hpp"
#include "runtime/cpu/planes/passes.hpp"
#include "runtime/cpu/planes/plan.hpp"

namespace tn::cpu::TN_ISA {

/// Calls f(sample, filter, packed x of its channel, task) for all planes of n samples.
template <class F>
void each_packed_plane(ThreadPool& pool, const PlanePlan& plan, int n, const float* x, float* work, const PlaneWork& at,
                       const F& f) {
    const int filters = plan.block.conv.filters, tasks = std::min(n * filters, max_slices);
    pool.run(tasks, [&](int task) {
        const Range own = part_of(n * filters, tasks, task);
        float* packed = work + at.task + task * at.task_stride + at.packed;
        clear(packed, plan.plane.packed_x());
        for (int i = own.first; i < own.last; ++i) {
            const Index channel = Index{i / filters} * plan.block.conv.channels + i % filters / plan.each();
            pack_sample(plan.plane, x + channel * plan.block.conv.in_plane(), packed);
            f(i / filters, i % filters, packed, task);
        }
    });
}

inline void depthwise_z(const PlanePlan& plan, const float* weight, int f, const float* packed, float* z) {
    const int taps = plan.block.conv.taps();
    convolve_plane(packed, plan.plane.z, plan.plane.x_offsets, weight + Index{f} * taps, taps, z);
}

/// A whole pass that does not keep z.
inline void depthwise_without_z(ThreadPool& pool, const PlanePlan& plan, int n, const float* x, const float* weight,
                                const Affine* affine, float* y, float* work, const PlaneWork& at) {
    const BlockGeometry& b = plan.block;
    each_packed_plane(pool, plan, n, x, work, at, [&](int s, int f, const float* packed, int task) {
        float* z = work + at.task + task * at.task_stride + at.result;
        depthwise_z(plan, weight, f, packed, z);
        finish_rows(b, z, plan.plane.z.out_row(), affine[f], b.y_h(), y + (Index{s} * b.conv.filters + f) * b.y_plane(),
                    nullptr);
    });
}

inline void depthwise_infer(ThreadPool& pool, const PlanePlan& plan, const ConvInfer& pass) {
    const PlaneWork at(plan, pass.n);
    float* work = aligned(pass.work);
    auto* affine = reinterpret_cast<Affine*>(work + at.channels);
    for (int f = 0; f < plan.block.conv.filters; ++f) affine[f] = running_affine(plan.block, pass, f);
    depthwise_without_z(pool, plan, pass.n, pass.x, pass.weight, affine, pass.y, work, at);
}

inline void depthwise_forward(ThreadPool& pool, const PlanePlan& plan, const ConvForward& pass) {
    const BlockGeometry& b = plan.block;
    const int filters = b.conv.filters;
    const PlaneWork at(plan, pass.n);
    float *work = aligned(pass.work), *sums = work + at.sums;
    auto* affine = reinterpret_cast<Affine*>(work + at.channels);
    for (int f = 0; f < filters; ++f) affine[f] = bias_affine(pass.bias, f);
    if (b.z_is_y()) return depthwise_without_z(pool, plan, pass.n, pass.x, pass.weight, affine, pass.y, work, at);
    const Grid& grid = plan.plane.z;
    float* const all_z = pass.saved + DepthwiseSaved(plan, pass.n).z;
    const SavedStatistics statistics(pass.saved, filters);
    each_packed_plane(pool, plan, pass.n, pass.x, work, at, [&](int s, int f, const float* packed, int) {
        float* z = all_z + (Index{s} * filters + f) * plan.z_plane();
        depthwise_z(plan, pass.weight, f, packed, z);
        if (!b.norm) return;
        const float mean = plane_sum(z, grid) / static_cast<float>(b.conv.out_plane());
        sums[SampleSums::at(filters, s, 0, f)] = mean;
        sums[SampleSums::at(filters, s, 1, f)] = plane_squares(z, grid, mean);
    });
    if (b.norm) {
        combine_statistics(b, pass, sums, statistics);
        for (int f = 0; f < filters; ++f) affine[f] = batch_affine(b, statistics, pass.gamma, pass.beta, f);
    } else {
        set_bias_statistics(b, pass.bias, statistics);
    }
    each_in_tasks(pool, pass.n * filters, [&](int i, int) {
        finish_rows(b, all_z + Index{i} * plan.z_plane(), grid.out_row(), affine[i % filters], b.y_h(),
                    pass.y + Index{i} * b.y_plane(), nullptr);
    });
}

struct DepthwiseBackward {
    const PlanePlan& plan;
    const ConvBackward& pass;
    const Channel* channels;
    const float* z;  // null where y is z
    float *packed, *result, *sum;

    /// dw of the filters of a channel, and its dx.
    void run(int channel) const {
        const ConvGeometry& c = plan.block.conv;
        for (int e = 0; e < plan.each(); ++e) {
            const int f = channel * plan.each() + e;
            if (!pass.adds) clear(pass.dweight + Index{f} * c.taps(), c.taps());
        }
        for (int s = 0; s < pass.n; ++s) {
            const Index in = (Index{s} * c.channels + channel) * c.in_plane();
            pack_sample(plan.plane, pass.x + in, packed);
            for (int e = 0; e < plan.each(); ++e)
                filter(s, channel * plan.each() + e, pass.dx ? pass.dx + in : nullptr, e > 0);
        }
    }

private:
    void filter(int s, int f, float* dx, bool add) const {
        const BlockGeometry& b = plan.block;
        const DirectPlan& p = plan.plane;
        const Index plane = Index{s} * b.conv.filters + f;
        float* dz = result + p.dz_origin();
        dz_plane(b, {z ? z + plane * plan.z_plane() : nullptr, p.z.out_row(), dz, dz, p.row},
                 pass.dy + plane * b.y_plane(), channels[f]);
        add_dw(dz, pass.dweight + Index{f} * b.conv.taps());
        if (dx) input_gradient_of_plane(result, pass.weight + Index{f} * b.conv.taps(), dx, add);
    }

    void add_dw(const float* dz, float* dw) const {
        constexpr int together = 4;
        const int taps = plan.block.conv.taps(), *offsets = plan.plane.x_offsets;
        int t = 0;
        for (; t + together <= taps; t += together) {
            V acc[together]{};
            add_tap_products(packed, dz, plan.plane.z, offsets + t, acc);
            const V totals = horizontal_sums(acc);
            for (int k = 0; k < together; ++k) dw[t + k] += totals[k];
        }
        for (; t < taps; ++t) {
            V acc[1]{};
            add_tap_products(packed, dz, plan.plane.z, offsets + t, acc);
            dw[t] += horizontal_sum(acc[0]);
        }
    }

    void input_gradient_of_plane(const float* dz, const float* weight, float* dx, bool add) const {
        const DirectPlan& p = plan.plane;
        const int s = p.conv().stride;
        for (int phase = 0, begin = 0; phase < s * s; begin = p.dz_phase_ends[phase++]) {
            const Grid grid = p.dx_grid(phase / s, phase % s);
            if (grid.rows == 0 || grid.columns == 0) continue;
            float weights[max_taps];
            const int taps = p.dz_phase_ends[phase] - begin;
            for (int t = 0; t < taps; ++t) weights[t] = weight[p.dz_taps[begin + t]];
            convolve_plane(dz + p.first(phase / s) * p.row + p.first(phase % s), grid, p.dz_offsets + begin, weights,
                           taps, sum);
            if (!add) {
                spread_phase(p, grid, phase / s, phase % s, 1, sum, dx);
                continue;
            }
            const int pad = p.conv().pad, width = p.conv().width;
            for (int u = 0; u < grid.rows; ++u)
                for (int v = 0; v < grid.columns; ++v)
                    dx[(s * (p.first(phase / s) + u) + phase / s - pad) * width + s * (p.first(phase % s) + v) +
                       phase % s - pad] += sum[Index{u} * grid.out_row() + v];
        }
    }
};

inline void depthwise_backward(ThreadPool& pool, const PlanePlan& plan, const ConvBackward& pass) {
    const BlockGeometry& b = plan.block;
    const int filters = b.conv.filters;
    const PlaneWork at(plan, pass.n);
    float *work = aligned(pass.work), *sums = work + at.sums;
    auto* channels = reinterpret_cast<Channel*>(work + at.channels);
    const SavedStatistics statistics(pass.saved, filters);
    const float* z = b.z_is_y() ? nullptr : pass.saved + DepthwiseSaved(plan, pass.n).z;
    start_channels(b, pass, statistics, channels);
    if (b.norm || b.bias) {
        const Rectifier rectify(b);
        const Grid& grid = plan.plane.z;
        const bool whole = grid.dense() || !z;
        const int rows = whole ? 1 : b.y_h(), count = whole ? b.y_h() * b.y_w() : b.y_w();
        each_in_tasks(pool, pass.n * filters, [&](int i, int) {
            const float* dy = pass.dy + Index{i} * b.y_plane();
            const float* from = z ? z + Index{i} * plan.z_plane() : dy;
            V sum_g{}, sum_gz{};
            for (int r = 0; r < rows; ++r)
                add_gradient_sums(from + r * grid.out_row(), dy + r * count, channels[i % filters].affine, rectify,
                                  count, sum_g, sum_gz);
            sums[SampleSums::at(filters, i / filters, 0, i % filters)] = horizontal_sum(sum_g);
            sums[SampleSums::at(filters, i / filters, 1, i % filters)] = horizontal_sum(sum_gz);
        });
        combine_gradients(b, pass, statistics, sums, channels);
    }
    const int tasks = std::min(b.conv.channels, max_slices);
    pool.run(tasks, [&](int task) {
        float* own = work + at.task + task * at.task_stride;
        clear(own, at.task_stride);
        const Range range = part_of(b.conv.channels, tasks, task);
        const DepthwiseBackward backward{plan, pass, channels, z, own + at.packed, own + at.result, own + at.sum};
        for (int channel = range.first; channel < range.last; ++channel) backward.run(channel);
    });
}

inline void depthwise_before_function(ThreadPool& pool, const PlanePlan& plan, const ConvBackward& pass,
                                      const FormulaLoops& function, float* g) {
    const BlockGeometry& b = plan.block;
    const int filters = b.conv.filters;
    const SavedStatistics statistics(pass.saved, filters);
    const float* z = pass.saved + DepthwiseSaved(plan, pass.n).z;
    each_in_tasks(pool, pass.n * filters, [&](int i, int) {
        const Index at = Index{i} * b.y_plane();
        gradient_before_function(b, z + Index{i} * plan.z_plane(), plan.plane.z.out_row(),
                                 batch_affine(b, statistics, pass.gamma, pass.beta, i % filters), function,
                                 pass.dy + at, g + at);
    });
}

}  // namespace tn::cpu::TN_ISA
#endif
