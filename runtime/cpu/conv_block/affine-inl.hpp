// How z, the output of the convolution, is normalised, and the gradient of that: of one channel (T float), or of a
// vector of channels (T V).
#if defined(TN_CPU_CONV_BLOCK_AFFINE_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_AFFINE_INL
#undef TN_CPU_CONV_BLOCK_AFFINE_INL
#else
#define TN_CPU_CONV_BLOCK_AFFINE_INL
#endif

#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// (z - mean) * scale + shift.
template <class T> struct AffineOf {
    T mean, scale, shift;
};

/// dz = g_factor * g + z_factor * (z - mean) + constant, from the gradient g of what was normalised.
template <class T> struct GradientOf {
    T g_factor, z_factor, constant;
};

using Affine = AffineOf<float>;
using AffineGradient = GradientOf<float>;

TN_INLINE float normalise(const Affine& a, float z) { return (z - a.mean) * a.scale + a.shift; }

template <class T> TN_INLINE V normalise(const AffineOf<T>& a, V z) {
    return (z - broadcast(a.mean)) * broadcast(a.scale) + broadcast(a.shift);
}

template <class T> TN_INLINE V gradient(const AffineOf<T>& a, const GradientOf<T>& to_dz, V z, V g) {
    return g * broadcast(to_dz.g_factor) +
           ((z - broadcast(a.mean)) * broadcast(to_dz.z_factor) + broadcast(to_dz.constant));
}

/// g where ReLU let the normalised z through, and zero elsewhere.
template <class T> TN_INLINE V gradient_behind_relu(const AffineOf<T>& a, V z, V g) {
    return normalise(a, z) <= V{} ? V{} : g;
}

}  // namespace tn::cpu::TN_ISA
#endif
