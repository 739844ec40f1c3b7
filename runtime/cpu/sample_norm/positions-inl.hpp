// Normalisation at each position over its channels: vectors of neighbouring positions.
#if defined(TN_CPU_SAMPLE_NORM_POSITIONS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_SAMPLE_NORM_POSITIONS_INL
#undef TN_CPU_SAMPLE_NORM_POSITIONS_INL
#else
#define TN_CPU_SAMPLE_NORM_POSITIONS_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/sample_norm/passes.hpp"
#include "runtime/cpu/sample_norm/statistics-inl.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// Neighbouring positions of one sample: channel c of position i lies at first + c plane + i, and its statistics at
/// place at + i. A channel's positions are read one after another, as they lie in the memory, and what is known of each
/// position is in the L1 cache.
struct PositionRun {
    static constexpr int most = 16;  ///< vectors

    Index first, at;
    int count;
    int vectors = (count + lanes - 1) / lanes;

    TN_INLINE V get(const float* from, int v) const { return load_partial(from + v * lanes, count - v * lanes); }
    TN_INLINE void put(float* to, int v, V value) const { store_partial(to + v * lanes, value, count - v * lanes); }

    void forward(const SampleNormPlan& plan, const SampleNormPass& pass) const {
        const auto channels = static_cast<float>(plan.channels);
        const float* x = pass.x + first;
        V mean[most]{}, distances[most]{}, squares[most]{}, inv_std[most];
        for (int c = 0; c < plan.channels; ++c)
            for (int v = 0; v < vectors; ++v) mean[v] += get(x + Index{c} * plan.plane, v);
        for (int v = 0; v < vectors; ++v) mean[v] /= channels;
        for (int c = 0; c < plan.channels; ++c)
            for (int v = 0; v < vectors; ++v) {
                const V d = get(x + Index{c} * plan.plane, v) - mean[v];
                distances[v] += d;
                squares[v] += d * d;
            }
        for (int v = 0; v < vectors; ++v) {
            const NormStatistics<V> statistics(mean[v], distances[v], squares[v], channels);
            mean[v] = statistics.mean;
            inv_std[v] = inv_std_of(statistics.variance, pass.epsilon);
            if (!pass.saved) continue;
            put(pass.means() + at, v, mean[v]);
            put(pass.inv_stds(plan) + at, v, inv_std[v]);
        }
        for (int c = 0; c < plan.channels; ++c) {
            const V gamma = broadcast(pass.gamma[c]), beta = broadcast(pass.beta[c]);
            const Index row = Index{c} * plan.plane;
            for (int v = 0; v < vectors; ++v)
                put(pass.y + first + row, v, (get(x + row, v) - mean[v]) * inv_std[v] * gamma + beta);
        }
    }

    /// With g = gamma dy and xhat the normalised x: dx = inv_std (g - mean(g) - xhat mean(g xhat)).
    void dx(const SampleNormPlan& plan, const SampleNormPass& pass) const {
        const V per_channel = broadcast(1 / static_cast<float>(plan.channels));
        const float *x = pass.x + first, *dy = pass.dy + first;
        V mean[most], inv_std[most], sum[most]{}, dot[most]{};
        for (int v = 0; v < vectors; ++v) {
            mean[v] = get(pass.means() + at, v);
            inv_std[v] = get(pass.inv_stds(plan) + at, v);
        }
        for (int c = 0; c < plan.channels; ++c) {
            const V gamma = broadcast(pass.gamma[c]);
            const Index row = Index{c} * plan.plane;
            for (int v = 0; v < vectors; ++v) {
                const V g = get(dy + row, v) * gamma;
                sum[v] += g;
                dot[v] += g * ((get(x + row, v) - mean[v]) * inv_std[v]);
            }
        }
        for (int v = 0; v < vectors; ++v) {
            sum[v] *= per_channel;
            dot[v] *= inv_std[v] * per_channel;
        }
        for (int c = 0; c < plan.channels; ++c) {
            const V gamma = broadcast(pass.gamma[c]);
            const Index row = Index{c} * plan.plane;
            for (int v = 0; v < vectors; ++v) {
                V g = get(dy + row, v) * gamma;
                keep_in_register(g);  // rounded as it was in the sum: of one channel the gradient is 0
                const V from_mean = get(x + row, v) - mean[v];
                put(pass.dx + first + row, v, (g - sum[v] - from_mean * dot[v]) * inv_std[v]);
            }
        }
    }
};

/// Calls f(run) for all positions of the batch.
template <class F>
void each_run_of_positions(ThreadPool& pool, const SampleNormPlan& plan, const SampleNormPass& pass, const F& f) {
    constexpr int most = PositionRun::most * lanes;
    const int runs = (plan.plane + most - 1) / most, all = pass.n * runs, tasks = std::min(all, max_slices);
    pool.run(tasks, [&](int task) {
        const Range own = part_of(all, tasks, task);
        for (int i = own.first; i < own.last; ++i) {
            const int sample = i / runs, place = i % runs * most;
            f(PositionRun{sample * plan.size() + place, Index{sample} * plan.plane + place,
                          std::min(most, plan.plane - place)});
        }
    });
}

inline void positions_forward(ThreadPool& pool, const SampleNormPlan& plan, const SampleNormPass& pass) {
    each_run_of_positions(pool, plan, pass, [&](const PositionRun& run) { run.forward(plan, pass); });
}

/// dgamma = sum dy xhat, dbeta = sum dy, of `Count` channels from c on.
template <int Count> void positions_gradients_of(const SampleNormPlan& plan, const SampleNormPass& pass, int c) {
    V dots[Count]{}, sums[Count]{};
    for (int s = 0; s < pass.n; ++s) {
        const Index first = s * plan.size() + Index{c} * plan.plane, at = Index{s} * plan.plane;
        const float *mean = pass.means() + at, *inv_std = pass.inv_stds(plan) + at;
        V dot[Count]{}, sum[Count]{};  // of the sample, so that sums of many samples are as exact as those of one
        for (int i = 0; i < plan.plane; i += lanes) {
            const int count = plan.plane - i;
            const V m = load_partial(mean + i, count), r = load_partial(inv_std + i, count);
            TN_UNROLL for (int k = 0; k < Count; ++k) {
                const V g = load_partial(pass.dy + first + Index{k} * plan.plane + i, count);
                sum[k] += g;
                dot[k] += g * ((load_partial(pass.x + first + Index{k} * plan.plane + i, count) - m) * r);
            }
        }
        TN_UNROLL for (int k = 0; k < Count; ++k) {
            sums[k] += sum[k];
            dots[k] += dot[k];
        }
    }
    TN_UNROLL for (int k = 0; k < Count; ++k) {
        pass.dgamma[c + k] = horizontal_sum(dots[k]);
        pass.dbeta[c + k] = horizontal_sum(sums[k]);
    }
}

inline void positions_backward(ThreadPool& pool, const SampleNormPlan& plan, const SampleNormPass& pass) {
    if (pass.dx) each_run_of_positions(pool, plan, pass, [&](const PositionRun& run) { run.dx(plan, pass); });
    constexpr int at_a_time = 4;
    const int all = (plan.channels + at_a_time - 1) / at_a_time, tasks = std::min(all, max_slices);
    pool.run(tasks, [&](int task) {
        const Range own = part_of(all, tasks, task);
        for (int c = own.first * at_a_time; c < std::min(own.last * at_a_time, plan.channels);)
            if (c + at_a_time <= plan.channels) {
                positions_gradients_of<at_a_time>(plan, pass, c);
                c += at_a_time;
            } else {
                positions_gradients_of<1>(plan, pass, c++);
            }
    });
}

}  // namespace tn::cpu::TN_ISA
#endif
