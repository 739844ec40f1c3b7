// The kernels on bytes for one way of multiplying them.
#if defined(TN_CPU_INT8_KERNELS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_INT8_KERNELS_INL
#undef TN_CPU_INT8_KERNELS_INL
#else
#define TN_CPU_INT8_KERNELS_INL
#endif

#include "runtime/cpu/int8/convolution-inl.hpp"
#include "runtime/cpu/int8/depthwise-inl.hpp"
#include "runtime/cpu/int8/values-inl.hpp"

namespace tn::cpu::TN_ISA {

inline constexpr ByteKernels byte_kernels{together,
                                          {tile_positions[0], tile_positions[1], tile_positions[2], tile_positions[3]},
                                          convolve,
                                          convolve_depthwise,
                                          quantise,
                                          dequantise,
                                          max_pool,
                                          average_pool,
                                          global_average_pool,
                                          add,
                                          look_up,
                                          copy};

}  // namespace tn::cpu::TN_ISA

#endif
