// GRU and LSTM on the CPU: all gates of a position in vectors over their rows. The kernels are compiled once into the
// library for each instruction set; the results are the same bits at any thread count.
#pragma once

#include "runtime/core/isa.hpp"
#include "runtime/cpu/recurrent/passes.hpp"
#include "runtime/cpu/recurrent/training.hpp"

namespace tn::cpu {

/// Those of the instruction set, which must be available here (Error if not).
const RecurrentKernels& recurrent_kernels(Isa isa);

}  // namespace tn::cpu
