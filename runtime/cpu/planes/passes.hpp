// The passes over planes, and their table by instruction set.
#pragma once

#include "runtime/cpu/conv_block/passes.hpp"
#include "runtime/cpu/formula_loops.hpp"
#include "runtime/cpu/planes/plan.hpp"

namespace tn {
class ThreadPool;
}

namespace tn::cpu {

/// The most taps of a window that is computed plane by plane.
inline constexpr int max_taps = 256;

/// Pooling of n samples by their largest values or by their means: x [n][channels][height][width], y or dy
/// [n][channels][out_h][out_w]; of largest values `argmax` as PoolSaved says, null in inference. Pointers that a pass
/// does not use are null.
struct PoolPass {
    int n;
    bool largest;
    const float* x;
    float* y;
    unsigned char* argmax;
    const float* dy;
    float *dx, *work;
};

struct PlaneKernels {
    void (*depthwise_forward)(ThreadPool&, const PlanePlan&, const ConvForward&);
    void (*depthwise_infer)(ThreadPool&, const PlanePlan&, const ConvInfer&);
    void (*depthwise_backward)(ThreadPool&, const PlanePlan&, const ConvBackward&);
    // The gradients g, as y, of what came into a function behind a normalised block.
    void (*depthwise_before_function)(ThreadPool&, const PlanePlan&, const ConvBackward&, const FormulaLoops& function,
                                      float* g);
    // `function` stands behind the normalisation, or nothing but the block's rectifier where it is null; `y` is null
    // where its derivative is made from its argument.
    void (*norm_forward)(ThreadPool&, const PlanePlan&, const ConvForward&, const FormulaLoops* function);
    void (*norm_infer)(ThreadPool&, const PlanePlan&, const ConvInfer&, const FormulaLoops* function);
    void (*norm_backward)(ThreadPool&, const PlanePlan&, const ConvBackward&, const float* y,
                          const FormulaLoops* function);
    void (*pool_forward)(ThreadPool&, const PlanePlan&, const PoolPass&);
    void (*pool_backward)(ThreadPool&, const PlanePlan&, const PoolPass&);
};

}  // namespace tn::cpu
