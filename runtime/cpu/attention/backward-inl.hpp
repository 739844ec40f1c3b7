// Attention by products of matrices: backward.
#if defined(TN_CPU_ATTENTION_BACKWARD_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_ATTENTION_BACKWARD_INL
#undef TN_CPU_ATTENTION_BACKWARD_INL
#else
#define TN_CPU_ATTENTION_BACKWARD_INL
#endif

#include <algorithm>
#include <cmath>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/attention/forward-inl.hpp"
#include "runtime/cpu/attention/passes.hpp"
#include "runtime/cpu/products/matrix-inl.hpp"

namespace tn::cpu::TN_ISA {

/// dx [channels][positions] of every sample = weight' dy, where weight is [outputs][channels].
inline void attention_input_gradient(ThreadPool& pool, const AttentionPlan& plan, const AttentionPass& pass,
                                     const float* weight, int outputs, const float* dy, Index next_dy, float* dx,
                                     Index next_dx) {
    const int parts = (plan.channels + attention_rows - 1) / attention_rows, n = plan.positions;
    each_attention_part(pool, plan, pass, parts, [&](int sample, int part, float* scratch) {
        const int first = part * attention_rows, rows = std::min(attention_rows, plan.channels - first);
        multiply_matrices({weight + first, 1, plan.channels}, {dy + sample * next_dy, n}, rows, n, outputs,
                          dx + sample * next_dx + Index{first} * n, n, false, scratch);
    });
}

/// dweight [outputs][channels] and dbias: sums over the samples of dy x', in their order.
inline void attention_weight_gradient(ThreadPool& pool, const AttentionPlan& plan, const AttentionPass& pass,
                                      int outputs, const float* dy, Index next_dy, const float* x, Index next_x,
                                      float* dweight, float* dbias) {
    const int parts = (outputs + attention_rows - 1) / attention_rows, n = plan.positions;
    const int tasks = std::min(parts, max_slices);
    const AttentionWork at(plan, pass.n);
    pool.run(tasks, [&](int task) {
        float* scratch = aligned(pass.work) + at.task + task * at.task_stride;
        const Range own = part_of(parts, tasks, task);
        const int first = own.first * attention_rows, last = std::min(own.last * attention_rows, outputs);
        for (int s = 0; s < pass.n; ++s)
            multiply_matrices({dy + s * next_dy + Index{first} * n, n}, {x + s * next_x, 1, n}, last - first,
                              plan.channels, n, dweight + Index{first} * plan.channels, plan.channels, s > 0, scratch);
        for (int o = first; dbias && o < last; ++o) {
            V total{};
            for (int s = 0; s < pass.n; ++s)
                for (int i = 0; i < n; i += lanes) total += load_partial(dy + s * next_dy + Index{o} * n + i, n - i);
            dbias[o] = horizontal_sum(total);
        }
    });
}

/// The gradient of a row's scores, in place of that of its probabilities.
inline void softmax_gradient(const float* probability, float* gradient, int count, float scale) {
    V products{};
    for (int i = 0; i < count; i += lanes)
        products += load_partial(probability + i, count - i) * load_partial(gradient + i, count - i);
    const float sum = horizontal_sum(products);
    for (int i = 0; i < count; i += lanes) {
        const V a = load_partial(probability + i, count - i), g = load_partial(gradient + i, count - i);
        store_partial(gradient + i, a * (g - broadcast(sum)) * broadcast(scale), count - i);
    }
}

inline void attention_backward(ThreadPool& pool, const AttentionPlan& plan, const AttentionPass& pass) {
    const AttentionSaved saved(plan, pass.n);
    const int n = plan.positions, d = plan.of_head(), channels = plan.channels;
    const Index size = plan.size(), next = 4 * size;
    float* samples = aligned(pass.work) + AttentionWork(plan, pass.n).sample;  // gradients of q, k, v, and of the heads
    const float scale = 1 / std::sqrt(static_cast<float>(d));
    attention_weight_gradient(pool, plan, pass, channels, pass.dy, size, pass.saved + saved.context, saved.sample,
                              pass.d_out_weight, pass.d_out_bias);
    attention_input_gradient(pool, plan, pass, pass.out_weight, channels, pass.dy, size, samples + 3 * size, next);
    each_attention_part(pool, plan, pass, plan.heads, [&](int sample, int head, float* scratch) {
        const float* own = pass.saved + sample * saved.sample;
        const Index at = Index{head} * d * n;
        const float *q = own + at, *k = q + size, *v = k + size;
        const float* probabilities = own + saved.probabilities + head * plan.pairs();
        float *dq = samples + sample * next + at, *dk = dq + size, *dv = dk + size, *g = dv + size,
              *rows = scratch + matrix_scratch;
        multiply_matrices({g, n}, {probabilities, n}, d, n, n, dv, n, false, scratch);
        multiply_matrices({g, 1, n}, {v, n}, n, n, d, rows, n, false, scratch);
        for (int i = 0; i < n; ++i) softmax_gradient(probabilities + Index{i} * n, rows + Index{i} * n, n, scale);
        multiply_matrices({k, n}, {rows, 1, n}, d, n, n, dq, n, false, scratch);
        multiply_matrices({q, n}, {rows, n}, d, n, n, dk, n, false, scratch);
    });
    attention_weight_gradient(pool, plan, pass, 3 * channels, samples, next, pass.x, size, pass.d_in_weight,
                              pass.d_in_bias);
    if (pass.dx) attention_input_gradient(pool, plan, pass, pass.in_weight, 3 * channels, samples, next, pass.dx, size);
}

}  // namespace tn::cpu::TN_ISA
#endif
