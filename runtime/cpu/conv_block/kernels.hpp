// The passes of one method, as a table has them, and what is the same of all.
#pragma once

#include "runtime/cpu/conv_block/passes.hpp"
#include "runtime/cpu/conv_block/plan.hpp"
#include "runtime/cpu/formula_loops.hpp"

namespace tn {
class ThreadPool;
}

namespace tn::cpu {

struct ConvKernels {
    void (*forward)(ThreadPool&, const ConvPlan&, const ConvForward&);
    void (*infer)(ThreadPool&, const ConvPlan&, const ConvInfer&);
    void (*backward)(ThreadPool&, const ConvPlan&, const ConvBackward&);
};

/// Of any method: the gradients [n][filters][plane] of what came into a function behind the normalised block.
using ConvBeforeFunction = void (*)(ThreadPool&, const ConvPlan&, const ConvBackward&, const FormulaLoops& function,
                                    float* g);

}  // namespace tn::cpu
