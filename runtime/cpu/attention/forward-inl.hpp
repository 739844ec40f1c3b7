// Attention by products of matrices: forward.
#if defined(TN_CPU_ATTENTION_FORWARD_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_ATTENTION_FORWARD_INL
#undef TN_CPU_ATTENTION_FORWARD_INL
#else
#define TN_CPU_ATTENTION_FORWARD_INL
#endif

#include <algorithm>
#include <cmath>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/attention/passes.hpp"
#include "runtime/cpu/products/matrix-inl.hpp"

namespace tn::cpu::TN_ISA {

/// Calls f(sample, part, scratch of the task) for all samples and parts of each, in at most max_slices tasks.
template <class F>
void each_attention_part(ThreadPool& pool, const AttentionPlan& plan, const AttentionPass& pass, int parts,
                         const F& f) {
    const int count = pass.n * parts, tasks = std::min(count, max_slices);
    const AttentionWork at(plan, pass.n);
    float* work = aligned(pass.work);
    pool.run(tasks, [&](int task) {
        const Range own = part_of(count, tasks, task);
        for (int i = own.first; i < own.last; ++i) f(i / parts, i % parts, work + at.task + task * at.task_stride);
    });
}

/// y [outputs][positions] of every sample = weight [outputs][channels] x, + bias. The samples of x and of y are so many
/// floats apart.
struct AttentionProjection {
    const float *weight, *bias;
    int outputs;
    const float* x;
    Index next_x;
    float* y;
    Index next_y;

    void run(ThreadPool& pool, const AttentionPlan& plan, const AttentionPass& pass) const {
        const int parts = (outputs + attention_rows - 1) / attention_rows, n = plan.positions;
        each_attention_part(pool, plan, pass, parts, [&](int sample, int part, float* scratch) {
            const int first = part * attention_rows, rows = std::min(attention_rows, outputs - first);
            float* to = y + sample * next_y + Index{first} * n;
            multiply_matrices({weight + Index{first} * plan.channels, plan.channels}, {x + sample * next_x, n}, rows, n,
                              plan.channels, to, n, false, scratch);
            for (int r = 0; bias && r < rows; ++r)
                for (int i = 0; i < n; i += lanes)
                    store_partial(to + Index{r} * n + i,
                                  load_partial(to + Index{r} * n + i, n - i) + broadcast(bias[first + r]), n - i);
        });
    }
};

inline float largest_of(const float* row, int count) {
    V vector = broadcast(row[0]);
    int i = 0;
    for (; i + lanes <= count; i += lanes) {
        const V next = load(row + i);
        vector = next > vector ? next : vector;
    }
    float most = row[0];
    for (int k = 0; k < lanes; ++k) most = vector[k] > most ? vector[k] : most;
    for (; i < count; ++i) most = row[i] > most ? row[i] : most;
    return most;
}

/// The row's softmax after it was multiplied by `scale`.
inline void attention_softmax(float* row, int count, float scale, const FormulaLoops& exponential) {
    const float most = largest_of(row, count);
    for (int i = 0; i < count; i += lanes)
        store_partial(row + i, (load_partial(row + i, count - i) - broadcast(most)) * broadcast(scale), count - i);
    exponential.forward(row, row, count);
    V total{};
    for (int i = 0; i < count; i += lanes) total += load_partial(row + i, count - i);
    const float factor = 1 / horizontal_sum(total);
    for (int i = 0; i < count; i += lanes)
        store_partial(row + i, load_partial(row + i, count - i) * broadcast(factor), count - i);
}

inline void attention_forward(ThreadPool& pool, const AttentionPlan& plan, const AttentionPass& pass) {
    const AttentionSaved saved(plan, pass.n);
    const int n = plan.positions, d = plan.of_head();
    const Index next = pass.saved ? saved.sample : 4 * plan.size();
    float* samples = pass.saved ? pass.saved : aligned(pass.work) + AttentionWork(plan, pass.n).sample;
    const float scale = 1 / std::sqrt(static_cast<float>(d));
    AttentionProjection{pass.in_weight, pass.in_bias, 3 * plan.channels, pass.x, plan.size(), samples, next}.run(
        pool, plan, pass);
    each_attention_part(pool, plan, pass, plan.heads, [&](int sample, int head, float* scratch) {
        float* own = samples + sample * next;
        const float *q = own + Index{head} * d * n, *k = q + plan.size(), *v = k + plan.size();
        float* rows = pass.saved ? own + saved.probabilities + head * plan.pairs() : scratch + matrix_scratch;
        multiply_matrices({q, 1, n}, {k, n}, n, n, d, rows, n, false, scratch);
        for (int i = 0; i < n; ++i) attention_softmax(rows + Index{i} * n, n, scale, pass.exponential);
        multiply_matrices({v, n}, {rows, 1, n}, d, n, n, own + saved.context + Index{head} * d * n, n, false, scratch);
    });
    AttentionProjection{pass.out_weight, pass.out_bias, plan.channels, samples + saved.context, next,
                        pass.y,          plan.size()}
        .run(pool, plan, pass);
}

}  // namespace tn::cpu::TN_ISA
#endif
