// The kernels of every method.
#if defined(TN_CPU_CONV_BLOCK_KERNELS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_KERNELS_INL
#undef TN_CPU_CONV_BLOCK_KERNELS_INL
#else
#define TN_CPU_CONV_BLOCK_KERNELS_INL
#endif

#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/before_function-inl.hpp"
#include "runtime/cpu/conv_block/direct/backward-inl.hpp"
#include "runtime/cpu/conv_block/direct/forward-inl.hpp"
#include "runtime/cpu/conv_block/kernels.hpp"
#include "runtime/cpu/conv_block/product/backward-inl.hpp"
#include "runtime/cpu/conv_block/product/forward-inl.hpp"
#include "runtime/cpu/conv_block/stem/backward-inl.hpp"
#include "runtime/cpu/conv_block/stem/forward-inl.hpp"
#include "runtime/cpu/conv_block/winograd/backward-inl.hpp"
#include "runtime/cpu/conv_block/winograd/forward-inl.hpp"
#include "runtime/cpu/conv_block/winograd/infer-inl.hpp"

namespace tn::cpu::TN_ISA {

inline constexpr ConvKernels kernels[] = {{direct_forward, direct_infer, direct_backward},
                                          {winograd_forward, winograd_infer, winograd_backward},
                                          {product_forward, product_infer, product_backward},
                                          {stem_forward, stem_infer, stem_backward}};  // by Method

}  // namespace tn::cpu::TN_ISA
#endif
