// A training step's forward pass of a GRU or LSTM: what the input gives to the gates by products over all positions,
// then position by position what the hidden states of several samples give, and the gates.
#if defined(TN_CPU_RECURRENT_FORWARD_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_RECURRENT_FORWARD_INL
#undef TN_CPU_RECURRENT_FORWARD_INL
#else
#define TN_CPU_RECURRENT_FORWARD_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/recurrent/infer-inl.hpp"
#include "runtime/cpu/recurrent/passes.hpp"
#include "runtime/cpu/recurrent/products-inl.hpp"
#include "runtime/cpu/recurrent/training.hpp"

namespace tn::cpu::TN_ISA {

struct RecurrentForward {
    const RecurrentPlan& plan;
    const RecurrentTraining& pass;
    const RecurrentSaved kept;
    const float *in, *hidden;  // turned weights

    float* row_of(int sample, int position) const { return pass.saved + kept.at(sample, position); }

    /// What the input gives to all gates of a sample, with the biases.
    void project(int sample) const {
        const int units = plan.hidden, rows = plan.rows(), sums = plan.lstm ? rows : 2 * units;
        const float* x = pass.x + Index{sample} * plan.channels * plan.positions;
        for (int t = 0; t < plan.positions; t += tile)
            multiply_columns({x, 1, plan.positions, t, plan.positions}, std::min(tile, plan.positions - t),
                             plan.channels, {in, plan.row_stride(), rows}, row_of(sample, t), kept.row, false);
        for (int t = 0; t < plan.positions; ++t) {
            float* a = row_of(sample, t);
            for (int r = 0; r < rows; ++r) a[r] += pass.in_bias[r];
            for (int r = 0; r < sums; ++r) a[r] += pass.hidden_bias[r];
            if (!plan.lstm) std::copy_n(pass.hidden_bias + sums, units, a + RecurrentSaved::behind_gates(plan));
        }
    }

    /// What the hidden states of the position before give to up to a tile of samples.
    void add_hidden(int sample, int count, int t) const {
        const RowsOfMatrix states(row_of(sample, t - 1) + kept.state(plan), kept.sample, 1, 0, count);
        const Index row = plan.row_stride();
        float* to = row_of(sample, t);
        if (plan.lstm)
            return multiply_columns(states, count, plan.hidden, {hidden, row, plan.rows()}, to, kept.sample, true);
        multiply_columns(states, count, plan.hidden, {hidden, row, 2 * plan.hidden}, to, kept.sample, true);
        multiply_columns(states, count, plan.hidden, {hidden + 2 * plan.hidden, row, plan.hidden},
                         to + RecurrentSaved::behind_gates(plan), kept.sample, true);
    }

    /// The gates in place, then cell and hidden state; those of the position before, or null.
    void lstm_units(float* a, const float* before) const {
        const int units = plan.hidden;
        float *c = a + RecurrentSaved::behind_gates(plan), *h = a + kept.state(plan);
        pass.sigmoid.forward(a, a, 2 * units);
        pass.tanh.forward(a + 2 * units, a + 2 * units, units);
        pass.sigmoid.forward(a + 3 * units, a + 3 * units, units);
        for (int k = 0; k < units; ++k) c[k] = a[k] * a[2 * units + k];
        if (before)
            for (int k = 0; k < units; ++k) c[k] += a[units + k] * before[RecurrentSaved::behind_gates(plan) + k];
        pass.tanh.forward(c, h, units);
        for (int k = 0; k < units; ++k) h[k] *= a[3 * units + k];
    }
    void gru_units(float* a, const float* before) const {
        const int units = plan.hidden;
        const float* u = a + RecurrentSaved::behind_gates(plan);
        float *m = a + 2 * units, *h = a + kept.state(plan);
        pass.sigmoid.forward(a, a, 2 * units);
        for (int k = 0; k < units; ++k) m[k] += a[k] * u[k];
        pass.tanh.forward(m, m, units);
        for (int k = 0; k < units; ++k) {
            const float last = before ? before[kept.state(plan) + k] : 0.0f;
            h[k] = m[k] + a[units + k] * (last - m[k]);
        }
    }

    /// Samples that go from position to position together.
    void run(Range samples) const {
        for (int s = samples.first; s < samples.last; ++s) project(s);
        for (int t = 0; t < plan.positions; ++t) {
            for (int s = samples.first; t > 0 && s < samples.last; s += tile)
                add_hidden(s, std::min(tile, samples.last - s), t);
            for (int s = samples.first; s < samples.last; ++s) {
                const float* before = t > 0 ? row_of(s, t - 1) : nullptr;
                plan.lstm ? lstm_units(row_of(s, t), before) : gru_units(row_of(s, t), before);
            }
        }
        for (int s = samples.first; s < samples.last; ++s) give(s);
    }

    void give(int sample) const {
        const int n = plan.positions, given = plan.last ? 1 : n;
        float* y = pass.y + Index{sample} * plan.hidden * given;
        for (int t = n - given; t < n; ++t) {
            const float* h = row_of(sample, t) + kept.state(plan);
            float* to = y + (t - (n - given));
            for (int k = 0; k < plan.hidden; ++k) to[Index{k} * given] = h[k];
        }
    }
};

inline void recurrent_forward(ThreadPool& pool, const RecurrentPlan& plan, const RecurrentTraining& pass) {
    const RecurrentForwardWork at(plan);
    float *work = aligned(pass.work), *in = work + at.in, *hidden = work + at.hidden;
    turn_weights(pass.in_weight, plan.rows(), plan.channels, plan.row_stride(), in);
    turn_weights(pass.hidden_weight, plan.rows(), plan.hidden, plan.row_stride(), hidden);
    clear(hidden + plan.hidden * plan.row_stride(), max_lanes);
    const RecurrentForward forward{plan, pass, RecurrentSaved(plan, pass.n), in, hidden};
    const int slices = recurrent_slices(pass.n);
    pool.run(slices, [&](int slice) { forward.run(part_of(pass.n, slices, slice)); });
}

}  // namespace tn::cpu::TN_ISA
#endif
