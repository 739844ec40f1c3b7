#include "runtime/cpu/conv_block.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "runtime/core/error.hpp"
#include "runtime/core/process_group.hpp"
#include "runtime/core/thread_pool.hpp"

namespace tn::cpu {

/// Sums [n][2][filters] of every sample of a batch, of which `own` are this process's, behind `before` others.
struct BatchSums {
    const float* values;
    int n, before, own;
};

inline BatchSums of_whole_batch(ProcessGroup* group, int n, int filters, const float* sums) {
    if (!group) return {sums, n, 0, n};
    const auto each = static_cast<std::size_t>(2 * filters);
    return {group->gather_samples({sums, each * static_cast<std::size_t>(n)}, each).data(), group->whole(),
            group->first(), n};
}

inline int whole_batch(const ProcessGroup* group, int n) { return group ? group->whole() : n; }

/// Replaces the values by their sum over the processes that share the batch.
inline void sum_over(ProcessGroup* group, std::span<double> values) {
    if (group) group->sum(values);
}

namespace {

struct Kernels {
    void (*forward)(ThreadPool&, const ConvPlan&, const ConvForward&);
    void (*infer)(ThreadPool&, const ConvPlan&, const ConvInfer&);
    void (*backward)(ThreadPool&, const ConvPlan&, const ConvBackward&);
};

}  // namespace
}  // namespace tn::cpu

#define TN_INLINE inline __attribute__((always_inline))
#define TN_INLINE_LAMBDA __attribute__((always_inline))
#if defined(__clang__)
#define TN_UNROLL _Pragma("clang loop unroll(full)")
#else
#define TN_UNROLL _Pragma("GCC unroll 16")
#endif

#define TN_KERNELS "runtime/cpu/isa_kernels-inl.hpp"
#include "runtime/core/each_isa-inl.hpp"

namespace tn::cpu {
namespace {

const Kernels& kernels_of(Isa isa, const ConvPlan& plan, int n) {
    require(isa);
    if (n < 1) throw Error("a convolution needs at least one sample, not " + std::to_string(n));
    const auto method = static_cast<std::size_t>(plan.method);
#if defined(__x86_64__)
    if (isa == Isa::avx512) return avx512::kernels[method];
    if (isa == Isa::avx2) return avx2::kernels[method];
#endif
    return portable::kernels[method];
}

}  // namespace

void conv_forward(ThreadPool& pool, Isa isa, const ConvPlan& plan, const ConvForward& pass) {
    kernels_of(isa, plan, pass.n).forward(pool, plan, pass);
}

void conv_infer(ThreadPool& pool, Isa isa, const ConvPlan& plan, const ConvInfer& pass) {
    kernels_of(isa, plan, pass.n).infer(pool, plan, pass);
}

void conv_backward(ThreadPool& pool, Isa isa, const ConvPlan& plan, const ConvBackward& pass) {
    kernels_of(isa, plan, pass.n).backward(pool, plan, pass);
}

}  // namespace tn::cpu
