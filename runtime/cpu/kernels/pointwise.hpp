// A pointwise function by itself on the CPU: loops of vectors, generated from its formula.
#pragma once

#include <algorithm>

#include "dsl/core/derivative.hpp"
#include "dsl/core/kernel.hpp"
#include "runtime/cpu/host_device.hpp"

namespace tn {

namespace cpu::detail {

// In place, y is x and dx dy; no value depends on another one's, which compilers cannot know.
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpass-failed"  // a formula of which clang makes no vectors
#define TN_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define TN_INDEPENDENT _Pragma("GCC ivdep")
#endif

// Without fused multiply-add, and so with the same bits as the portable loops. All that they call is to become part of
// them, or they would be no vectors.
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
TN_POINTWISE_LOOPS(portable, __attribute__((flatten)))
#if defined(__x86_64__)
TN_POINTWISE_LOOPS(avx2, __attribute__((flatten, target("avx2"))))
#endif
#if defined(__clang__)
#pragma clang diagnostic pop
#endif
#undef TN_POINTWISE_LOOPS
#undef TN_INDEPENDENT

}  // namespace cpu::detail

template <Operation Function>
    requires(Function.kind == Operation::pointwise && Function.function.fits())
struct KernelFor<cpu::Device, Function> {
    static constexpr KernelInfo info(Shape) { return {"pointwise", "vectors, generated from the formula"}; }

    template <Shape> static void forward(cpu::Device& device, const Pass<float>& p) {
        const bool wide = has_avx2(device);
        device.for_ranges(count(p), [&p, wide](int begin, int end) {
#if defined(__x86_64__)
            if (wide) return cpu::detail::avx2_forward<F>(p.x + begin, p.y + begin, end - begin);
#endif
            cpu::detail::portable_forward<F>(p.x + begin, p.y + begin, end - begin);
        });
    }
    template <Shape> static void backward(cpu::Device& device, const Pass<float>& p) {
        const bool wide = has_avx2(device);
        device.for_ranges(count(p), [&p, wide](int begin, int end) {
            const float *x = p.x ? p.x + begin : nullptr, *y = p.y ? p.y + begin : nullptr;
#if defined(__x86_64__)
            if (wide) return cpu::detail::avx2_backward<F>(x, y, p.dy + begin, p.dx + begin, end - begin);
#endif
            cpu::detail::portable_backward<F>(x, y, p.dy + begin, p.dx + begin, end - begin);
        });
    }

private:
    static constexpr Expression F = Function.function;
    static int count(const Pass<float>& p) { return p.n * static_cast<int>(p.out.size()); }
    static bool has_avx2(const cpu::Device& device) { return device.isa() != Isa::portable; }
};

}  // namespace tn
