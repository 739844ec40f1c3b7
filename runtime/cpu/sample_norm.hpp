// Normalisations of every sample by itself. The kernels are compiled once into the library for each instruction set;
// the results are the same bits at any thread count.
#pragma once

#include "runtime/core/isa.hpp"
#include "runtime/cpu/sample_norm/passes.hpp"

namespace tn::cpu {

/// Those of the instruction set, which must be available here (Error if not).
const SampleNormKernels& sample_norm_kernels(Isa isa);

}  // namespace tn::cpu
