// Backward of a GRU or LSTM: position by position for several samples at a time the gradients of what the gates get,
// then, from those of all positions, the gradients of input and parameters by products.
#if defined(TN_CPU_RECURRENT_BACKWARD_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_RECURRENT_BACKWARD_INL
#undef TN_CPU_RECURRENT_BACKWARD_INL
#else
#define TN_CPU_RECURRENT_BACKWARD_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/recurrent/passes.hpp"
#include "runtime/cpu/recurrent/products-inl.hpp"
#include "runtime/cpu/recurrent/training.hpp"

namespace tn::cpu::TN_ISA {

/// to [rows][stride] = from [rows][columns], with zeros behind the columns.
inline void pad_rows(const float* from, int rows, int columns, Index stride, float* to) {
    for (int r = 0; r < rows; ++r) {
        std::copy_n(from + Index{r} * columns, columns, to + r * stride);
        std::fill(to + r * stride + columns, to + (r + 1) * stride, 0.0f);
    }
}

struct RecurrentBackward {
    const RecurrentPlan& plan;
    const RecurrentTraining& pass;
    const RecurrentSaved kept;
    const RecurrentBackwardWork at;
    float* work;

    RecurrentBackward(const RecurrentPlan& plan, const RecurrentTraining& pass)
        : plan(plan), pass(pass), kept(plan, pass.n), at(plan, pass.n), work(aligned(pass.work)) {}

    const float* row_of(int sample, int position) const { return pass.saved + kept.at(sample, position); }
    float* gates_of(int sample, int position) const {
        return work + at.gates + (Index{sample} * plan.positions + position) * at.gate_row;
    }
    /// A sample's gradient of the hidden state, of the cell, and a vector of anything.
    float* units_of(int sample, int which) const {
        return work + at.units + (Index{which} * pass.n + sample) * at.unit_stride;
    }
    /// Where the gradients of what the hidden state gives to the gates begin in a row of them, gate by gate but for the
    /// last one of a GRU.
    int gates_side_by_side() const { return plan.lstm ? 4 : 2; }

    /// From dh, the gradient of the hidden state, those of what the gates get, and in dh the part of the last hidden
    /// state's that does not go through the gates.
    void lstm_units(const float* a, const float* before, float* dh, float* carry, float* c, float* d) const {
        const int units = plan.hidden;
        const float *i = a, *f = a + units, *g = f + units, *o = g + units;
        pass.tanh.forward(a + RecurrentSaved::behind_gates(plan), c, units);
        for (int k = 0; k < units; ++k) {
            const float dc = carry[k] + dh[k] * o[k] * (1 - c[k] * c[k]);
            const float c_before = before ? before[RecurrentSaved::behind_gates(plan) + k] : 0.0f;
            d[k] = dc * g[k] * i[k] * (1 - i[k]);
            d[units + k] = dc * c_before * f[k] * (1 - f[k]);
            d[2 * units + k] = dc * i[k] * (1 - g[k] * g[k]);
            d[3 * units + k] = dh[k] * c[k] * o[k] * (1 - o[k]);
            carry[k] = dc * f[k];
            dh[k] = 0;
        }
    }
    void gru_units(const float* a, const float* before, float* dh, float* d) const {
        const int units = plan.hidden;
        const float *r = a, *z = a + units, *m = z + units, *from_h = m + units;
        for (int k = 0; k < units; ++k) {
            const float h = before ? before[kept.state(plan) + k] : 0.0f;
            const float dm = dh[k] * (1 - z[k]) * (1 - m[k] * m[k]);
            d[k] = dm * from_h[k] * r[k] * (1 - r[k]);
            d[units + k] = dh[k] * (h - m[k]) * z[k] * (1 - z[k]);
            d[2 * units + k] = dm;
            d[3 * units + k] = dm * r[k];
            dh[k] *= z[k];
        }
    }

    void add_dy(int sample, int t) const {
        float* dh = units_of(sample, 0);
        const int n = plan.positions, given = plan.last ? 1 : n;
        if (plan.last && t != n - 1) return;
        const float* dy = pass.dy + Index{sample} * plan.hidden * given + (t - (n - given));
        for (int k = 0; k < plan.hidden; ++k) dh[k] += dy[Index{k} * given];
    }

    /// Adds to the gradients of the hidden states of up to a tile of samples what comes through the gates.
    void add_through_gates(int sample, int count, int t) const {
        const Index next = plan.positions * at.gate_row;
        const float *d = gates_of(sample, t), *weight = work + at.hidden;
        const int side_by_side = gates_side_by_side() * plan.hidden;
        multiply_columns({d, next, 1, 0, count}, count, side_by_side, {weight, at.unit_stride, plan.hidden},
                         units_of(sample, 0), at.unit_stride, true);
        if (plan.lstm) return;
        multiply_columns({d + 3 * plan.hidden, next, 1, 0, count}, count, plan.hidden,
                         {weight + side_by_side * at.unit_stride, at.unit_stride, plan.hidden}, units_of(sample, 0),
                         at.unit_stride, true);
    }

    /// Samples that go from position to position together.
    void run(Range samples, int slice) const {
        for (int s = samples.first; s < samples.last; ++s)
            for (int which = 0; which < 2; ++which) clear(units_of(s, which), at.unit_stride);
        for (int t = plan.positions - 1; t >= 0; --t) {
            for (int s = samples.first; s < samples.last; ++s) {
                const float* before = t > 0 ? row_of(s, t - 1) : nullptr;
                add_dy(s, t);
                if (plan.lstm)
                    lstm_units(row_of(s, t), before, units_of(s, 0), units_of(s, 1), units_of(s, 2), gates_of(s, t));
                else
                    gru_units(row_of(s, t), before, units_of(s, 0), gates_of(s, t));
            }
            for (int s = samples.first; t > 0 && s < samples.last; s += tile)
                add_through_gates(s, std::min(tile, samples.last - s), t);
        }
        for (int s = samples.first; pass.dx && s < samples.last; ++s) input_gradient(s, slice);
    }

    void input_gradient(int sample, int slice) const {
        const int n = plan.positions;
        float* results = work + at.tiles + slice * at.tile_stride;
        float* dx = pass.dx + Index{sample} * plan.channels * n;
        for (int t = 0; t < n; t += tile) {
            const int here = std::min(tile, n - t);
            multiply_columns({gates_of(sample, 0), at.gate_row, 1, t, n}, here, plan.rows(),
                             {work + at.in, at.in_stride, plan.channels}, results, at.in_stride, false);
            for (int c = 0; c < plan.channels; ++c)
                for (int r = 0; r < here; ++r) dx[Index{c} * n + t + r] = results[r * at.in_stride + c];
        }
    }

    /// The gradients of up to a tile of columns of a weight [rows][columns] from column `first` on: sums over samples
    /// and positions of what it is multiplied by, element (column, position) = from[column * unit + position * next],
    /// and of d.
    struct WeightColumns {
        int first, columns;
        Index unit, next;
        float *turned, *weight;
    };
    template <class From, class D>
    void weight_gradient(const WeightColumns& w, const From& from, const D& add_products) const {
        const int count = std::min(tile, w.columns - w.first), rows = plan.rows();
        float* sums = w.turned + w.first * plan.row_stride();
        clear(sums, count * plan.row_stride());
        for (int s = 0; s < pass.n; ++s)
            add_products(RowsOfMatrix(from(s), w.unit, w.next, w.first, w.columns), count, s, sums);
        for (int r = 0; r < rows; ++r)
            for (int c = 0; c < count; ++c)
                w.weight[Index{r} * w.columns + w.first + c] = sums[c * plan.row_stride() + r];
    }

    void in_weight_gradient(int first) const {
        const int n = plan.positions;
        weight_gradient(
            {first, plan.channels, n, 1, work + at.d_in, pass.d_in_weight},
            [&](int s) { return pass.x + Index{s} * plan.channels * n; },
            [&](const RowsOfMatrix& x, int count, int s, float* sums) {
                multiply_columns(x, count, n, {gates_of(s, 0), at.gate_row, plan.rows()}, sums, plan.row_stride(),
                                 true);
            });
    }
    void hidden_weight_gradient(int first) const {
        const int n = plan.positions, side_by_side = gates_side_by_side() * plan.hidden;
        weight_gradient(
            {first, plan.hidden, 1, kept.row, work + at.d_hidden, pass.d_hidden_weight},
            [&](int s) { return row_of(s, 0) + kept.state(plan); },
            [&](const RowsOfMatrix& h, int count, int s, float* sums) {
                if (n == 1) return;
                const float* d = gates_of(s, 1);
                multiply_columns(h, count, n - 1, {d, at.gate_row, side_by_side}, sums, plan.row_stride(), true);
                if (plan.lstm) return;
                multiply_columns(h, count, n - 1, {d + 3 * plan.hidden, at.gate_row, plan.hidden}, sums + side_by_side,
                                 plan.row_stride(), true);
            });
    }
    void bias_gradients() const {
        const int rows = plan.rows(), all = 4 * plan.hidden, side_by_side = gates_side_by_side() * plan.hidden;
        for (int r = 0; r < all; r += lanes) {
            const int count = std::min(lanes, all - r);
            V total{};
            for (int s = 0; s < pass.n; ++s) {
                V of_sample{};
                for (int t = 0; t < plan.positions; ++t) of_sample += load_partial(gates_of(s, t) + r, count);
                total += of_sample;
            }
            for (int i = 0; i < count; ++i) {
                const int row = r + i;
                if (row < rows) pass.d_in_bias[row] = total[i];
                if (row < side_by_side) pass.d_hidden_bias[row] = total[i];
                if (!plan.lstm && row >= rows) pass.d_hidden_bias[row - plan.hidden] = total[i];
            }
        }
    }
};

inline void recurrent_backward(ThreadPool& pool, const RecurrentPlan& plan, const RecurrentTraining& pass) {
    const RecurrentBackward backward(plan, pass);
    const RecurrentBackwardWork& at = backward.at;
    float* work = backward.work;
    pad_rows(pass.in_weight, plan.rows(), plan.channels, at.in_stride, work + at.in);
    pad_rows(pass.hidden_weight, plan.rows(), plan.hidden, at.unit_stride, work + at.hidden);
    clear(backward.gates_of(pass.n, 0), max_lanes);
    const int slices = recurrent_slices(pass.n);
    pool.run(slices, [&](int slice) { backward.run(part_of(pass.n, slices, slice), slice); });
    const int in_tiles = tiles_of(plan.channels), all = in_tiles + tiles_of(plan.hidden) + 1;
    const int tasks = std::min(all, max_slices);
    pool.run(tasks, [&](int task) {
        const Range own = part_of(all, tasks, task);
        for (int i = own.first; i < own.last; ++i)
            if (i < in_tiles)
                backward.in_weight_gradient(i * tile);
            else if (i < all - 1)
                backward.hidden_weight_gradient((i - in_tiles) * tile);
            else
                backward.bias_gradients();
    });
}

}  // namespace tn::cpu::TN_ISA
#endif
