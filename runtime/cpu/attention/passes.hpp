// The passes of attention, and their table by instruction set.
#pragma once

#include "runtime/cpu/attention/plan.hpp"
#include "runtime/cpu/formula_loops.hpp"

namespace tn {
class ThreadPool;
}

namespace tn::cpu {

/// n samples of x, y, dy and dx [channels][positions]. in_weight [3 channels][channels] and out_weight
/// [channels][channels] with their biases, which may be null, and the gradients of these. `saved` is null in inference,
/// dx where nobody wants it. `exponential` is e^x.
struct AttentionPass {
    int n;
    const float *x, *in_weight, *in_bias, *out_weight, *out_bias, *dy;
    float *y, *dx, *d_in_weight, *d_in_bias, *d_out_weight, *d_out_bias, *saved, *work;
    const FormulaLoops& exponential;
};

struct AttentionKernels {
    void (*forward)(ThreadPool&, const AttentionPlan&, const AttentionPass&);
    void (*backward)(ThreadPool&, const AttentionPlan&, const AttentionPass&);
};

}  // namespace tn::cpu
