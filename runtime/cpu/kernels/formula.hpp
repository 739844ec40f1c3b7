// The loops of a formula: vectors, generated from its steps, and chosen by the instruction set.
#pragma once

#include "dsl/core/derivative.hpp"
#include "runtime/core/isa.hpp"
#include "runtime/cpu/formula_loops.hpp"
#include "runtime/cpu/vector_loops.hpp"

namespace tn::cpu {

namespace detail {

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpass-failed"  // a formula of which clang makes no vectors
#endif

// Without fused multiply-add, and so with the same bits as the portable loops. AVX-512 always has it, and clang decides
// to fuse where an expression is written, not where it is inlined, so that AVX2 is the widest there. In place, y is x
// and dx is dy.
#define TN_POINTWISE_LOOPS(name, attributes)                                                                 \
    template <Expression F> attributes void name##_forward(const float* x, float* y, int count) {            \
        TN_INDEPENDENT for (int i = 0; i < count; ++i) y[i] = evaluate<F>(x[i]);                             \
    }                                                                                                        \
    template <Expression F>                                                                                  \
    attributes void name##_backward(const float* x, const float* y, const float* dy, float* dx, int count) { \
        constexpr bool of_x = slope_from<F> == SlopeFrom::x, of_y = slope_from<F> == SlopeFrom::y;           \
        TN_INDEPENDENT for (int i = 0; i < count; ++i) dx[i] =                                               \
            dy[i] * slope<F>(of_x ? x[i] : 0.0f, of_y ? y[i] : 0.0f);                                        \
    }
TN_POINTWISE_LOOPS(portable, __attribute__((TN_VECTOR_LOOP)))
#if defined(__x86_64__)
TN_POINTWISE_LOOPS(avx2, __attribute__((TN_VECTOR_LOOP, target("avx2"))))
#if !defined(__clang__)
TN_POINTWISE_LOOPS(avx512, __attribute__((TN_VECTOR_LOOP, optimize("fp-contract=off"),
                                          target("avx512f,avx512bw,avx512dq,avx512vl,prefer-vector-width=512"))))
#endif
#endif
#if defined(__clang__)
#pragma clang diagnostic pop
#endif
#undef TN_POINTWISE_LOOPS

}  // namespace detail

/// Those of F for the instruction set.
template <Expression F> const FormulaLoops& formula_loops([[maybe_unused]] Isa isa) {
#if defined(__x86_64__)
#if !defined(__clang__)
    static constexpr FormulaLoops widest{detail::avx512_forward<F>, detail::avx512_backward<F>};
    if (isa == Isa::avx512) return widest;
#endif
    static constexpr FormulaLoops wide{detail::avx2_forward<F>, detail::avx2_backward<F>};
    if (isa != Isa::portable) return wide;
#endif
    static constexpr FormulaLoops portable{detail::portable_forward<F>, detail::portable_backward<F>};
    return portable;
}

}  // namespace tn::cpu
