// The gradients of a vector of windows, at the value of each that was its maximum.
#if defined(TN_CPU_CONV_BLOCK_STEM_ARGMAX_GRADIENT_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_STEM_ARGMAX_GRADIENT_INL
#undef TN_CPU_CONV_BLOCK_STEM_ARGMAX_GRADIENT_INL
#else
#define TN_CPU_CONV_BLOCK_STEM_ARGMAX_GRADIENT_INL
#endif

#include <cstring>

#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/stem/plan.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// g, dy where ReLU let it through, and in which column and row of the window: zero for the left and the upper one.
struct ArgmaxGradient {
    V g;
    I right, below;

    /// Of the first `left` windows; zero behind them.
    ArgmaxGradient(const float* dy, const unsigned char* kept_argmax, int left) {
        I argmax;
        if (left >= lanes) {
            argmax = widen_bytes(kept_argmax);
        } else {
            unsigned char bytes[lanes]{};
            std::memcpy(bytes, kept_argmax, left);
            argmax = widen_bytes(bytes);
        }
        const V from = load_partial(dy, left);
        g = argmax == argmax_none ? V{} : from;
        right = argmax & 1;
        below = argmax & 2;
    }
};

}  // namespace tn::cpu::TN_ISA
#endif
