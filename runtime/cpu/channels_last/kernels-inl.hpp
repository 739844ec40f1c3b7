// The inference kernels over values whose channels lie side by side.
#if defined(TN_CPU_CHANNELS_LAST_KERNELS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CHANNELS_LAST_KERNELS_INL
#undef TN_CPU_CHANNELS_LAST_KERNELS_INL
#else
#define TN_CPU_CHANNELS_LAST_KERNELS_INL
#endif

#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/channels_last/depthwise-inl.hpp"
#include "runtime/cpu/channels_last/few_positions-inl.hpp"
#include "runtime/cpu/channels_last/passes.hpp"
#include "runtime/cpu/channels_last/pool-inl.hpp"
#include "runtime/cpu/channels_last/product-inl.hpp"
#include "runtime/cpu/channels_last/winograd-inl.hpp"

namespace tn::cpu::TN_ISA {

inline constexpr ChannelsLastKernels channels_last_kernels{
    {keep_panels, keep_frequencies, keep_taps},
    {channels_last_convolve, channels_last_winograd, channels_last_depthwise},  // by ChannelsLastMethod
    few_positions_infer,
    channels_last_pool,
    channels_last_means,
    means_of_planes};

}  // namespace tn::cpu::TN_ISA
#endif
