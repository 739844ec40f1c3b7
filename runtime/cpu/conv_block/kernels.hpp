// The passes of one method, as a table has them.
#pragma once

#include "runtime/cpu/conv_block/passes.hpp"
#include "runtime/cpu/conv_block/plan.hpp"

namespace tn {
class ThreadPool;
}

namespace tn::cpu {

struct ConvKernels {
    void (*forward)(ThreadPool&, const ConvPlan&, const ConvForward&);
    void (*infer)(ThreadPool&, const ConvPlan&, const ConvInfer&);
    void (*backward)(ThreadPool&, const ConvPlan&, const ConvBackward&);
};

}  // namespace tn::cpu
