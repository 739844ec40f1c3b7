// Everything that is compiled once an instruction set, in its order.
#include "runtime/cpu/simd-inl.hpp"
//
#include "runtime/cpu/convolve-inl.hpp"
#include "runtime/cpu/normalise-inl.hpp"
#include "runtime/cpu/weight_gradient-inl.hpp"
//
#include "runtime/cpu/conv_block-inl.hpp"
//
#include "runtime/cpu/blocked-inl.hpp"
#include "runtime/cpu/multiply-inl.hpp"
#include "runtime/cpu/tile-inl.hpp"
#include "runtime/cpu/winograd-inl.hpp"
//
#include "runtime/cpu/tiled-inl.hpp"
//
#include "runtime/cpu/tiled_backward-inl.hpp"
#include "runtime/cpu/tiled_forward-inl.hpp"
//
#include "runtime/cpu/shallow-inl.hpp"
//
#include "runtime/cpu/correlation-inl.hpp"
#include "runtime/cpu/shallow_forward-inl.hpp"
//
#include "runtime/cpu/shallow_backward-inl.hpp"

namespace tn::cpu::TN_ISA {

inline constexpr Kernels kernels[] = {{direct_forward, direct_infer, direct_backward},
                                      {tiled_forward, tiled_infer, tiled_backward},
                                      {shallow_forward, shallow_infer, shallow_backward}};  // by Method

}  // namespace tn::cpu::TN_ISA
