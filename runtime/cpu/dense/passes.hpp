// The passes of a dense block, and their table by instruction set.
#pragma once

#include "runtime/cpu/conv_block/passes.hpp"
#include "runtime/cpu/dense/plan.hpp"
#include "runtime/cpu/formula_loops.hpp"

namespace tn {
class ThreadPool;
}

namespace tn::cpu {

/// The arguments are those of a convolution of one pixel; `function` is read where the plan has one, and the block's
/// output `y` in backward where the function's derivative is made from it.
struct DenseKernels {
    void (*forward)(ThreadPool&, const DensePlan&, const ConvForward&, const FormulaLoops& function);
    void (*infer)(ThreadPool&, const DensePlan&, const ConvInfer&, const FormulaLoops& function);
    void (*backward)(ThreadPool&, const DensePlan&, const ConvBackward&, const float* y, const FormulaLoops& function);
};

}  // namespace tn::cpu
