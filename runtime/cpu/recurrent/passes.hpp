// The sizes of a GRU or LSTM, where its scratch lies at inference, and what the passes are given.
#pragma once

#include "dsl/core/index.hpp"
#include "runtime/cpu/conv_block/layout.hpp"
#include "runtime/cpu/formula_loops.hpp"

namespace tn {
class ThreadPool;
}

namespace tn::cpu {

struct RecurrentPlan {
    int channels, hidden, positions;
    bool lstm, last;

    constexpr int gates() const { return lstm ? 4 : 3; }
    constexpr int rows() const { return gates() * hidden; }
    /// From one input's weights to the next: the weights are turned, so that vectors go over rows.
    constexpr Index row_stride() const { return round_up(Index{rows()}); }
};

/// Turned weights of the input [channels][row_stride] and of the hidden state [hidden][row_stride], both biases; then
/// of each sample what the input and the hidden state give [row_stride] each, the state and the cell [hidden] each.
struct RecurrentWork {
    Index in = 0, hidden = 0, in_bias = 0, hidden_bias = 0, samples = 0, next_sample = 0, floats = 0;

    constexpr RecurrentWork(const RecurrentPlan& plan, int n) {
        const Index row = plan.row_stride(), units = round_up(Index{plan.hidden});
        Regions regions;
        in = regions.take(plan.channels * row);
        hidden = regions.take(plan.hidden * row);
        in_bias = regions.take(row);
        hidden_bias = regions.take(row);
        next_sample = 2 * row + 2 * units;
        samples = regions.take(n * next_sample);
        floats = regions.with_alignment();
    }
};

/// x [n][channels][positions], y [n][hidden][positions] or, with `last`, [n][hidden]; parameters as the layer's.
struct RecurrentInfer {
    int n;
    const float *x, *in_weight, *hidden_weight, *in_bias, *hidden_bias;
    float *y, *work;
    FormulaLoops sigmoid, tanh;
};

/// A training step's passes: parameters and their gradients as the layer's. `saved` is laid out by RecurrentSaved, dx
/// null where nobody wants it. Pointers that a pass does not use are null.
struct RecurrentTraining {
    int n;
    const float *x, *in_weight, *hidden_weight, *in_bias, *hidden_bias, *dy;
    float *y, *dx, *d_in_weight, *d_hidden_weight, *d_in_bias, *d_hidden_bias, *saved, *work;
    FormulaLoops sigmoid, tanh;
};

struct RecurrentKernels {
    void (*infer)(ThreadPool&, const RecurrentPlan&, const RecurrentInfer&);
    void (*forward)(ThreadPool&, const RecurrentPlan&, const RecurrentTraining&);
    void (*backward)(ThreadPool&, const RecurrentPlan&, const RecurrentTraining&);
};

}  // namespace tn::cpu
