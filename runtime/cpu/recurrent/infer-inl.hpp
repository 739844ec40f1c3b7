// GRU and LSTM position by position: the products with the hidden state by columns of the turned weights, then the
// gates, each in vectors over units.
#if defined(TN_CPU_RECURRENT_INFER_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_RECURRENT_INFER_INL
#undef TN_CPU_RECURRENT_INFER_INL
#else
#define TN_CPU_RECURRENT_INFER_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/recurrent/passes.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// to [columns][stride] = from [rows][columns], with zeros behind the rows.
inline void turn_weights(const float* from, int rows, int columns, Index stride, float* to) {
    for (int k = 0; k < columns; ++k) {
        for (int r = 0; r < rows; ++r) to[k * stride + r] = from[Index{r} * columns + k];
        std::fill(to + k * stride + rows, to + (k + 1) * stride, 0.0f);
    }
}

/// Vectors of sums from + the columns of turned weights times the values, every `step`-th of v.
template <int Vectors>
TN_INLINE void add_columns_to(const float* from, const float* turned, Index stride, const float* v, Index step,
                              int count, float* sums) {
    V acc[Vectors];
    TN_UNROLL for (int j = 0; j < Vectors; ++j) acc[j] = load(from + j * lanes);
    for (int k = 0; k < count; ++k) {
        const V value = V{} + v[k * step];
        TN_UNROLL for (int j = 0; j < Vectors; ++j) acc[j] += load(turned + k * stride + j * lanes) * value;
    }
    TN_UNROLL for (int j = 0; j < Vectors; ++j) store(sums + j * lanes, acc[j]);
}
inline void add_columns(const float* from, const float* turned, Index stride, const float* v, Index step, int count,
                        float* sums) {
    Index row = 0;
    for (; row + 4 * lanes <= stride; row += 4 * lanes)
        add_columns_to<4>(from + row, turned + row, stride, v, step, count, sums + row);
    for (; row < stride; row += lanes) add_columns_to<1>(from + row, turned + row, stride, v, step, count, sums + row);
}

/// The gates i, f, g, o lie in a; gives the next state and cell.
inline void lstm_units(const RecurrentInfer& pass, int units, float* a, float* h, float* c) {
    pass.sigmoid.forward(a, a, 2 * units);
    pass.tanh.forward(a + 2 * units, a + 2 * units, units);
    pass.sigmoid.forward(a + 3 * units, a + 3 * units, units);
    for (int k = 0; k < units; ++k) h[k] = c[k] = a[k] * a[2 * units + k] + c[k] * a[units + k];
    pass.tanh.forward(h, h, units);
    for (int k = 0; k < units; ++k) h[k] *= a[3 * units + k];
}

/// What the input gives to r, z and n lies in a, what the state gives to them in u.
inline void gru_units(const RecurrentInfer& pass, int units, float* a, const float* u, float* h) {
    for (int k = 0; k < 2 * units; ++k) a[k] += u[k];
    pass.sigmoid.forward(a, a, 2 * units);
    float* const m = a + 2 * units;
    for (int k = 0; k < units; ++k) m[k] += a[k] * u[2 * units + k];
    pass.tanh.forward(m, m, units);
    for (int k = 0; k < units; ++k) h[k] = m[k] + a[units + k] * (h[k] - m[k]);
}

inline void infer_recurrent(ThreadPool& pool, const RecurrentPlan& plan, const RecurrentInfer& pass) {
    const RecurrentWork at(plan, pass.n);
    float* const work = aligned(pass.work);
    const Index stride = plan.row_stride(), units = round_up(Index{plan.hidden}), positions = plan.positions;
    turn_weights(pass.in_weight, plan.rows(), plan.channels, stride, work + at.in);
    turn_weights(pass.hidden_weight, plan.rows(), plan.hidden, stride, work + at.hidden);
    turn_weights(pass.in_bias, plan.rows(), 1, stride, work + at.in_bias);
    turn_weights(pass.hidden_bias, plan.rows(), 1, stride, work + at.hidden_bias);
    pool.run(pass.n, [&](int sample) {
        float* const a = work + at.samples + sample * at.next_sample;
        float *const u = a + stride, *const h = u + stride, *const c = h + units;
        const float* const x = pass.x + sample * plan.channels * positions;
        float* const y = pass.y + sample * plan.hidden * (plan.last ? 1 : positions);
        std::fill(h, h + 2 * units, 0.0f);
        for (Index t = 0; t < positions; ++t) {
            add_columns(work + at.in_bias, work + at.in, stride, x + t, positions, plan.channels, a);
            add_columns(work + at.hidden_bias, work + at.hidden, stride, h, 1, plan.hidden, u);
            if (plan.lstm) {
                for (Index r = 0; r < stride; r += lanes) store(a + r, load(a + r) + load(u + r));
                lstm_units(pass, plan.hidden, a, h, c);
            } else {
                gru_units(pass, plan.hidden, a, u, h);
            }
            if (plan.last) continue;
            for (int k = 0; k < plan.hidden; ++k) y[k * positions + t] = h[k];
        }
        if (plan.last) std::copy_n(h, plan.hidden, y);
    });
}

}  // namespace tn::cpu::TN_ISA
#endif
