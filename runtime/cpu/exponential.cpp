#include "runtime/cpu/exponential.hpp"

#include "runtime/cpu/kernels/formula.hpp"

namespace tn::cpu {

const FormulaLoops& exponential(Isa isa) { return formula_loops<exp(x)>(isa); }

}  // namespace tn::cpu
