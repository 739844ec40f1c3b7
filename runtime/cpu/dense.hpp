// Dense layers on the CPU with what is fused behind them: normalisation over the batch and a function of one value. The
// kernels are compiled once into the library for each instruction set; the results are the same bits at any thread
// count.
#pragma once

#include "runtime/core/isa.hpp"
#include "runtime/cpu/dense/passes.hpp"

namespace tn::cpu {

/// Those of the instruction set, which must be available here (Error if not).
const DenseKernels& dense_kernels(Isa isa);

}  // namespace tn::cpu
