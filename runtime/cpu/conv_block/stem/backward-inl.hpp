// Backward by the stem method: one pass over dy for the gradients of the weights.
//
// Let g be dy at the value of z that it came from and zero elsewhere, and p the patch that a value of z sees. Summed
// over all patches,
//     z = w . p                     gives  sum g z = w . sum g p,
//     dz = a g + b (z - mean) + c   gives  dw = a sum g p + b sum (z - mean) p + c sum p,
// where sum (z - mean) p = count * Cov(p) w is known from the moments.
#if defined(TN_CPU_CONV_BLOCK_STEM_BACKWARD_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_STEM_BACKWARD_INL
#undef TN_CPU_CONV_BLOCK_STEM_BACKWARD_INL
#else
#define TN_CPU_CONV_BLOCK_STEM_BACKWARD_INL
#endif

#include <algorithm>
#include <cstring>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/batch_norm-inl.hpp"
#include "runtime/cpu/conv_block/shared_batch.hpp"
#include "runtime/cpu/conv_block/slices-inl.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/conv_block/stem/argmax_gradient-inl.hpp"
#include "runtime/cpu/conv_block/stem/dx-inl.hpp"
#include "runtime/cpu/conv_block/stem/layout.hpp"
#include "runtime/cpu/conv_block/stem/patch_covariance-inl.hpp"
#include "runtime/cpu/conv_block/stem/workspace-inl.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// Adds the sums of a strip to `sums` [filters][channels * 9 + 1]: of g times each value of the patch, and of g.
inline void add_patch_sums(const StemWorkspace& ws, const Strip& strip, const float* dy, const unsigned char* argmax,
                           const float* planes, double* sums) {
    const int width = ws.y_w, line = ws.line, channels = ws.conv().channels;
    for (int f = 0; f < ws.filters; ++f, sums += StemWork::sums_of_filter(ws.plan)) {
        const Index of_strip = ws.y_at(strip.sample, f, strip.row, 0);
        for (int channel = 0; channel < channels; ++channel) {
            V tap[kernel_taps], total{};
            TN_UNROLL for (int k = 0; k < kernel_taps; ++k) tap[k] = V{};
            for (int row = 0; row < strip.rows; ++row)
                for (int j = 0; j < width; j += lanes) {
                    const Index at = of_strip + row * width + j;
                    const ArgmaxGradient from(dy + at, argmax + at, width - j);
                    const float* x = planes + ws.plane(channel, 2 * row, 0) + j;
                    V before[3];
                    total += from.g;
                    TN_UNROLL for (int y = 0; y < patch_side; ++y, x += patch_side * line) {
                        V at_column[3];
                        TN_UNROLL for (int k = 0; k < 3; ++k) {
                            at_column[k] = from.right != 0 ? load(x + (k + 1) * line) : load(x + k * line);
                            if (y > 0) tap[3 * y - 3 + k] += from.g * (from.below != 0 ? at_column[k] : before[k]);
                            before[k] = at_column[k];
                        }
                    }
                }
            const V four[3][4] = {{tap[0], tap[1], tap[2], tap[3]}, {tap[4], tap[5], tap[6], tap[7]}, {tap[8], total}};
            TN_UNROLL for (int i = 0; i < 3; ++i) {
                const V of_four = horizontal_sums(four[i]);
                for (int k = 0; k < 4 && 4 * i + k < kernel_taps + (channel + 1 == channels ? 1 : 0); ++k)
                    sums[channel * kernel_taps + 4 * i + k] += double{of_four[k]};
            }
        }
    }
}

/// Those sums over all samples of this process; they lie in `work`.
inline const double* patch_sums(ThreadPool& pool, const StemWorkspace& ws, const ConvBackward& pass,
                                const unsigned char* argmax) {
    auto* sums = reinterpret_cast<double*>(ws.work + ws.at.gradients);
    const Index size = Index{ws.filters} * StemWork::sums_of_filter(ws.plan);
    const Slices slices(pass.n);
    pool.run(slices.count, [&](int slice, int thread) {
        float* scratch = ws.scratch(thread);
        double* of_slice = sums + slice * size;
        std::fill_n(of_slice, size, 0.0);
        each_strip(ws, ws.y_h, slices.samples(slice), [&](const Strip& strip) {
            divide_columns(ws, strip, pass.x, scratch);
            add_patch_sums(ws, strip, pass.dy, argmax, scratch + ws.at.planes, of_slice);
        });
    });
    add_slices(sums, size, slices.count);
    return sums;
}

/// The sums over z of one filter from its patch sums, and dw [depth] = (dw +) its own: dw is linear in the sums, so
/// where several processes share the batch each computes that of its own samples.
inline GradientSums filter_gradient(const StemWorkspace& ws, const PatchCovariance& covariance, const double* sum_gp,
                                    const float* weight, double scale, double inv_std, float* dw, bool add) {
    const int depth = ws.plan.depth();
    const bool norm = ws.plan.block.norm;
    const double sum_g = sum_gp[depth];
    double sum_gz = 0;
    if (norm) {
        for (int d = 0; d < depth; ++d) sum_gz += double{weight[d]} * sum_gp[d];
        sum_gz -= covariance.z_mean(weight) * sum_g;
    }
    for (int d = 0; d < depth; ++d) {
        double of_value = sum_gp[d];
        if (norm)
            of_value = scale * (of_value - sum_g * covariance.mean(d) -
                                inv_std * inv_std * sum_gz * covariance.with_z(weight, d));
        dw[d] = (add ? dw[d] : 0.0f) + static_cast<float>(of_value);
    }
    return {sum_g, sum_gz};
}

inline void stem_backward(ThreadPool& pool, const ConvPlan& conv_plan, const ConvBackward& pass) {
    const StemWorkspace ws(conv_plan, pass.n, true, pass.work);
    const StemSaved kept(ws.plan, pass.n);
    const BlockGeometry& b = ws.plan.block;
    const int depth = ws.plan.depth();
    const SavedStatistics statistics(pass.saved, ws.filters);
    const auto* argmax = reinterpret_cast<const unsigned char*>(pass.saved + kept.argmax);
    auto* channels = reinterpret_cast<Channel*>(ws.work + ws.at.channels);
    start_channels(b, pass, statistics, channels);

    const double* sums = patch_sums(pool, ws, pass, argmax);
    double moments[max_moments]{};  // a copy, because in `saved` they need not be aligned
    if (b.norm) std::memcpy(moments, pass.saved + kept.moments, sizeof(double) * ws.plan.moments());
    const PatchCovariance covariance{ws.plan, moments, patches(ws, pass.group, pass.n)};
    auto* own = reinterpret_cast<GradientSums*>(ws.work + ws.at.channel_sums);
    for (int f = 0; f < ws.filters; ++f) {
        own[f] = filter_gradient(ws, covariance, sums + f * StemWork::sums_of_filter(ws.plan), pass.weight + f * depth,
                                 channels[f].affine.scale, statistics.inv_std[f], pass.dweight + f * depth, pass.adds);
        set_own_gradients(b, pass, statistics, f, own[f]);
    }
    if (!pass.dx) return;
    if (b.norm) sum_over(pass.group, std::span(&own[0].g, 2 * Index{ws.filters}));
    for (int f = 0; f < ws.filters; ++f) set_dz(b, statistics, f, own[f], covariance.count, channels[f]);
    stem_dx(pool, ws, conv_plan.direct, pass, argmax, channels);
}

}  // namespace tn::cpu::TN_ISA
#endif
