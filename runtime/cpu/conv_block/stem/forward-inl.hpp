// Forward and inference by the stem method: one pass from x to y.
#if defined(TN_CPU_CONV_BLOCK_STEM_FORWARD_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_STEM_FORWARD_INL
#undef TN_CPU_CONV_BLOCK_STEM_FORWARD_INL
#else
#define TN_CPU_CONV_BLOCK_STEM_FORWARD_INL
#endif

#include <algorithm>
#include <cstring>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/argmax-inl.hpp"
#include "runtime/cpu/conv_block/batch_norm-inl.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/conv_block/stem/layout.hpp"
#include "runtime/cpu/conv_block/stem/patch_covariance-inl.hpp"
#include "runtime/cpu/conv_block/stem/windows-inl.hpp"
#include "runtime/cpu/conv_block/stem/workspace-inl.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// From z to y and, with KeepArgmax, to what backward needs.
template <bool KeepArgmax> struct WindowFinisher {
    const StemWorkspace& ws;
    bool with_relu;
    const Affine* affine;
    float* y;
    unsigned char* kept_argmax;
    bool streams;

    WindowFinisher(const StemWorkspace& ws, int n, const Affine* affine, float* y, unsigned char* kept_argmax)
        : ws(ws),
          with_relu(ws.plan.block.relu),
          affine(affine),
          y(y),
          kept_argmax(kept_argmax),
          streams(ws.y_w % lanes == 0 && worth_streaming(y, Index{n} * ws.plan.block.y_size())) {}

    TN_INLINE void take(const Strip& strip, int f, int row, int column, const V (&z)[4]) const {
        const Index at = ws.y_at(strip.sample, f, strip.row + row, column);
        const int left = ws.y_w - column;
        I argmax;
        V value = normalise(affine[f], window_maximum(z, argmax));
        if (with_relu) {
            if (KeepArgmax) argmax = value <= V{} ? I{} + argmax_none : argmax;
            value = relu(value);
        }
        if (streams)
            stream(y + at, value);
        else
            store_partial(y + at, value, left);
        if (!KeepArgmax) return;
        if (left >= lanes) return narrow_to_bytes(argmax, kept_argmax + at);
        unsigned char bytes[lanes];
        narrow_to_bytes(argmax, bytes);
        std::memcpy(kept_argmax + at, bytes, left);
    }
};

template <bool KeepArgmax>
inline void finish_windows(ThreadPool& pool, const StemWorkspace& ws, int n, const float* x,
                           const WindowFinisher<KeepArgmax>& finisher) {
    const int strips = ws.strips(ws.y_h);
    const Tasks tasks = Tasks::for_slices(n, strips);
    pool.run(tasks.count(), [&](int task, int thread) {
        float* scratch = ws.scratch(thread);
        const Range samples = tasks.samples(task);
        for (int s = samples.first; s < samples.last; ++s)
            each_strip(ws, ws.y_h, s, tasks.units(task, strips), [&](const Strip& strip) {
                each_window(ws, strip, ws.y_w, x, scratch,
                            [&](int f, int row, int column, const V(&z)[4])
                                TN_INLINE_LAMBDA { finisher.take(strip, f, row, column, z); });
            });
        stream_fence();
    });
}

inline void stem_infer(ThreadPool& pool, const ConvPlan& conv_plan, const ConvInfer& pass) {
    const StemWorkspace ws(conv_plan, pass.n, false, pass.work);
    const BlockGeometry& b = ws.plan.block;
    const float* gamma = b.norm ? pass.gamma : nullptr;
    auto* affine = reinterpret_cast<Affine*>(ws.work + ws.at.channels);
    for (int f = 0; f < ws.filters; ++f) affine[f] = signed_affine(running_affine(b, pass, f), gamma_sign(gamma, f));
    window_weights(ws, pass.weight, gamma);
    finish_windows(pool, ws, pass.n, pass.x, WindowFinisher<false>(ws, pass.n, affine, pass.y, nullptr));
}

inline void stem_forward(ThreadPool& pool, const ConvPlan& conv_plan, const ConvForward& pass) {
    const StemWorkspace ws(conv_plan, pass.n, false, pass.work);
    const StemSaved kept(ws.plan, pass.n);
    const BlockGeometry& b = ws.plan.block;
    const float* gamma = b.norm ? pass.gamma : nullptr;
    const SavedStatistics statistics(pass.saved, ws.filters);
    if (b.norm) {
        const double* moments = sum_moments(pool, ws, pass.n, pass.x, pass.group);
        std::memcpy(pass.saved + kept.moments, moments, sizeof(double) * ws.plan.moments());
        const PatchCovariance covariance{ws.plan, moments, patches(ws, pass.group, pass.n)};
        for (int f = 0; f < ws.filters; ++f) {
            const float* weight = pass.weight + f * ws.plan.depth();
            set_statistics(pass, f, covariance.count, covariance.z_mean(weight),
                           covariance.z_variance(weight) * covariance.count, statistics);
        }
    } else {
        set_bias_statistics(b, pass.bias, statistics);
    }
    auto* affine = reinterpret_cast<Affine*>(ws.work + ws.at.channels);
    for (int f = 0; f < ws.filters; ++f)
        affine[f] = signed_affine(batch_affine(b, statistics, gamma, pass.beta, f), gamma_sign(gamma, f));
    window_weights(ws, pass.weight, gamma);
    auto* argmax = reinterpret_cast<unsigned char*>(pass.saved + kept.argmax);
    finish_windows(pool, ws, pass.n, pass.x, WindowFinisher<true>(ws, pass.n, affine, pass.y, argmax));
}

}  // namespace tn::cpu::TN_ISA
#endif
