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
#include "runtime/cpu/winograd_transforms-inl.hpp"
//
#include "runtime/cpu/winograd-inl.hpp"
//
#include "runtime/cpu/winograd_backward-inl.hpp"
#include "runtime/cpu/winograd_forward-inl.hpp"
//
#include "runtime/cpu/stem-inl.hpp"
//
#include "runtime/cpu/patch_moments-inl.hpp"
#include "runtime/cpu/stem_forward-inl.hpp"
//
#include "runtime/cpu/stem_backward-inl.hpp"

namespace tn::cpu::TN_ISA {

inline constexpr Kernels kernels[] = {{direct_forward, direct_infer, direct_backward},
                                      {winograd_forward, winograd_infer, winograd_backward},
                                      {stem_forward, stem_infer, stem_backward}};  // by Method

}  // namespace tn::cpu::TN_ISA
