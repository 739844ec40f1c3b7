// e^x as loops, for kernels that the library has.
#pragma once

#include "runtime/core/isa.hpp"
#include "runtime/cpu/formula_loops.hpp"

namespace tn::cpu {

/// Those of the instruction set.
const FormulaLoops& exponential(Isa isa);

}  // namespace tn::cpu
