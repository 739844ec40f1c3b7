// Normalisation over groups of channels of a sample: the values of a group lie side by side.
#if defined(TN_CPU_SAMPLE_NORM_GROUPS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_SAMPLE_NORM_GROUPS_INL
#undef TN_CPU_SAMPLE_NORM_GROUPS_INL
#else
#define TN_CPU_SAMPLE_NORM_GROUPS_INL
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

/// Calls f(i) for 0 .. count - 1.
template <class F> void each_norm_task(ThreadPool& pool, int count, const F& f) {
    const int tasks = std::min(count, max_slices);
    pool.run(tasks, [&](int task) {
        const Range own = part_of(count, tasks, task);
        for (int i = own.first; i < own.last; ++i) f(i);
    });
}

/// Calls f(i, count, factors) for the vectors of a group, whose first channel is `channel`: vector i of the group's
/// values has `count` that count, and factors(gamma) are the values that the channels' array has for them.
template <class F> TN_INLINE void each_vector_of_group(const SampleNormPlan& plan, int channel, const F& f) {
    const int channels = plan.channels_of_group();
    if (plan.plane == 1) {
        for (int c = 0; c < channels; c += lanes)
            f(Index{c}, channels - c, [&](const float* of) { return load_partial(of + channel + c, channels - c); });
        return;
    }
    for (int c = 0; c < channels; ++c)
        for (int i = 0; i < plan.plane; i += lanes)
            f(Index{c} * plan.plane + i, plan.plane - i, [&](const float* of) { return broadcast(of[channel + c]); });
}

/// Mean and variance of `count` values.
inline NormStatistics<float> group_statistics(const float* x, Index count) {
    const auto at = [x, count](Index i) {
        return load_partial(x + i, static_cast<int>(std::min<Index>(count - i, lanes)));
    };
    V total{}, distances{}, squares{};
    for (Index i = 0; i < count; i += lanes) total += at(i);
    const float mean = horizontal_sum(total) / static_cast<float>(count);
    Index i = 0;
    for (; i + lanes <= count; i += lanes) {
        const V d = load(x + i) - broadcast(mean);
        distances += d;
        squares += d * d;
    }
    for (; i < count; ++i) {
        distances[0] += x[i] - mean;
        squares[0] += (x[i] - mean) * (x[i] - mean);
    }
    return {mean, horizontal_sum(distances), horizontal_sum(squares), static_cast<float>(count)};
}

inline void groups_forward(ThreadPool& pool, const SampleNormPlan& plan, const SampleNormPass& pass) {
    const Index size = Index{plan.channels_of_group()} * plan.plane;
    each_norm_task(pool, pass.n * plan.groups, [&](int group) {
        const float* x = pass.x + group * size;
        float* y = pass.y + group * size;
        const NormStatistics<float> statistics = group_statistics(x, size);
        const float inv_std = inv_std_of(statistics.variance, pass.epsilon);
        if (pass.saved) {
            pass.means()[group] = statistics.mean;
            pass.inv_stds(plan)[group] = inv_std;
        }
        each_vector_of_group(
            plan, group % plan.groups * plan.channels_of_group(), [&](Index i, int count, const auto& factors) {
                const V xhat = (load_partial(x + i, count) - broadcast(statistics.mean)) * broadcast(inv_std);
                store_partial(y + i, xhat * factors(pass.gamma) + factors(pass.beta), count);
            });
    });
}

/// With g = gamma dy and xhat the normalised x: dx = inv_std (g - mean(g) - xhat mean(g xhat)).
inline void groups_dx(ThreadPool& pool, const SampleNormPlan& plan, const SampleNormPass& pass) {
    const Index size = Index{plan.channels_of_group()} * plan.plane;
    each_norm_task(pool, pass.n * plan.groups, [&](int group) {
        const float *x = pass.x + group * size, *dy = pass.dy + group * size;
        float* dx = pass.dx + group * size;
        const int channel = group % plan.groups * plan.channels_of_group();
        const float mean = pass.means()[group], inv_std = pass.inv_stds(plan)[group];
        V sum{}, dot{};
        each_vector_of_group(plan, channel, [&](Index i, int count, const auto& factors) {
            const V g = load_partial(dy + i, count) * factors(pass.gamma);
            sum += g;
            dot += g * ((load_partial(x + i, count) - broadcast(mean)) * broadcast(inv_std));
        });
        const float mean_g = horizontal_sum(sum) / static_cast<float>(size),
                    mean_dot = horizontal_sum(dot) * inv_std / static_cast<float>(size);
        each_vector_of_group(plan, channel, [&](Index i, int count, const auto& factors) {
            V g = load_partial(dy + i, count) * factors(pass.gamma);
            keep_in_register(g);  // rounded as it was in the sum: of one value the gradient is 0
            const V from_mean = load_partial(x + i, count) - broadcast(mean);
            store_partial(dx + i, (g - broadcast(mean_g) - from_mean * broadcast(mean_dot)) * broadcast(inv_std),
                          count);
        });
    });
}

/// dgamma = sum dy xhat and dbeta = sum dy of a channel, or, where channels have one value each, of a vector of
/// channels of one group.
inline void groups_gradients(ThreadPool& pool, const SampleNormPlan& plan, const SampleNormPass& pass) {
    const int channels = plan.channels_of_group();
    const auto each_sample = [&](int group, Index first, int count, const auto& add) {
        for (int s = 0; s < pass.n; ++s) {
            const int part = s * plan.groups + group;
            const float mean = pass.means()[part], inv_std = pass.inv_stds(plan)[part];
            V sum{}, dot{};
            for (int i = 0; i < count; i += lanes) {
                const Index k = s * plan.size() + first + i;
                const V g = load_partial(pass.dy + k, count - i);
                sum += g;
                dot += g * ((load_partial(pass.x + k, count - i) - broadcast(mean)) * broadcast(inv_std));
            }
            add(sum, dot);
        }
    };
    if (plan.plane > 1) {
        each_norm_task(pool, plan.channels, [&](int c) {
            V sums{}, dots{};
            each_sample(c / channels, Index{c} * plan.plane, plan.plane, [&](V sum, V dot) {
                sums += sum;
                dots += dot;
            });
            pass.dgamma[c] = horizontal_sum(dots);
            pass.dbeta[c] = horizontal_sum(sums);
        });
        return;
    }
    const int vectors = (channels + lanes - 1) / lanes;
    each_norm_task(pool, plan.groups * vectors, [&](int i) {
        const int group = i / vectors, own = i % vectors * lanes, first = group * channels + own;
        const int count = std::min(lanes, channels - own);
        V sums{}, dots{};
        each_sample(group, first, count, [&](V sum, V dot) {
            sums += sum;
            dots += dot;
        });
        store_partial(pass.dgamma + first, dots, count);
        store_partial(pass.dbeta + first, sums, count);
    });
}

inline void groups_backward(ThreadPool& pool, const SampleNormPlan& plan, const SampleNormPass& pass) {
    if (pass.dx) groups_dx(pool, plan, pass);
    groups_gradients(pool, plan, pass);
}

}  // namespace tn::cpu::TN_ISA
#endif
