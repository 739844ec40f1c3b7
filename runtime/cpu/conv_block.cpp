#include "runtime/cpu/conv_block.hpp"

#include <cstddef>
#include <string>

#include "runtime/core/error.hpp"
#include "runtime/cpu/conv_block/kernels.hpp"

#define TN_KERNELS "runtime/cpu/conv_block/kernels-inl.hpp"
#include "runtime/core/each_isa.inc"

namespace tn::cpu {
namespace {

const ConvKernels& kernels_of(Isa isa, Method of_pass, int n) {
    require(isa);
    if (n < 1) throw Error("a convolution needs at least one sample, not " + std::to_string(n));
    const auto method = static_cast<std::size_t>(of_pass);
#if defined(__x86_64__)
    if (isa == Isa::avx512) return avx512::kernels[method];
    if (isa == Isa::avx2) return avx2::kernels[method];
#endif
    return portable::kernels[method];
}

ConvBeforeFunction before_function_of(Isa isa) {
    require(isa);
#if defined(__x86_64__)
    if (isa == Isa::avx512) return avx512::conv_before_function;
    if (isa == Isa::avx2) return avx2::conv_before_function;
#endif
    return portable::conv_before_function;
}

}  // namespace

void conv_forward(ThreadPool& pool, Isa isa, const ConvPlan& plan, const ConvForward& pass) {
    kernels_of(isa, plan.method, pass.n).forward(pool, plan, pass);
}

void conv_infer(ThreadPool& pool, Isa isa, const ConvPlan& plan, const ConvInfer& pass) {
    const bool few = plan.method == Method::winograd && pass.n <= few_samples(plan.block(), pass.n);
    kernels_of(isa, few ? Method::product : plan.method, pass.n).infer(pool, plan, pass);
}

void conv_backward(ThreadPool& pool, Isa isa, const ConvPlan& plan, const ConvBackward& pass) {
    kernels_of(isa, plan.method, pass.n).backward(pool, plan, pass);
}

void conv_before_function(ThreadPool& pool, Isa isa, const ConvPlan& plan, const ConvBackward& pass,
                          const FormulaLoops& function, float* g) {
    before_function_of(isa)(pool, plan, pass, function, g);
}

}  // namespace tn::cpu
