// What the CPU computes plane by plane: depthwise convolution, normalisation by itself, pooling. The kernels are
// compiled once into the library for each instruction set; the results are the same bits at any thread count.
#pragma once

#include "runtime/core/isa.hpp"
#include "runtime/cpu/planes/passes.hpp"
#include "runtime/cpu/planes/plan.hpp"

namespace tn::cpu {

/// Those of the instruction set, which must be available here (Error if not).
const PlaneKernels& plane_kernels(Isa isa);

template <BlockGeometry G> inline constexpr PlanePlan plane_plan = make_plane_plan<G>();

}  // namespace tn::cpu
