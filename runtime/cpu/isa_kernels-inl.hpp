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

namespace tn::cpu::TN_ISA {

inline constexpr Kernels direct_kernels{direct_forward, direct_infer, direct_backward};
inline constexpr Kernels tiled_kernels{tiled_forward, tiled_infer, tiled_backward};

}  // namespace tn::cpu::TN_ISA
