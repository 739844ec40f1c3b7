// How z, the output of the convolution, is normalised, and the gradient of that: of one channel (T float), or of a
// vector of channels (T V).
#if defined(TN_CPU_CONV_BLOCK_AFFINE_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_AFFINE_INL
#undef TN_CPU_CONV_BLOCK_AFFINE_INL
#else
#define TN_CPU_CONV_BLOCK_AFFINE_INL
#endif

#include <limits>

#include "dsl/core/conv_geometry.hpp"
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

/// The block's ReLU, or nothing. NaN stays NaN.
struct Rectifier {
    bool there;
    float ceiling;

    explicit Rectifier(const BlockGeometry& b)
        : there(b.relu),
          ceiling(b.ceiling > 0 ? static_cast<float>(b.ceiling) : std::numeric_limits<float>::infinity()) {}

    TN_INLINE V operator()(V v) const {
        if (!there) return v;
        const V most = broadcast(ceiling), positive = relu(v);
        return positive > most ? most : positive;
    }
    float operator()(float v) const { return !there ? v : 0.0f > v ? 0.0f : v > ceiling ? ceiling : v; }

    /// g, or zero where v does not come through.
    TN_INLINE V gradient(V v, V g) const {
        if (!there) return g;
        return ((v <= V{}) | (v >= broadcast(ceiling))) ? V{} : g;
    }
    bool lets_through(float v) const { return !there || !(v <= 0.0f || v >= ceiling); }
};

/// The gradient behind the rectifier of the normalised z.
template <class T> TN_INLINE V gradient_behind(const Rectifier& rectify, const AffineOf<T>& a, V z, V g) {
    return rectify.there ? rectify.gradient(normalise(a, z), g) : g;
}

}  // namespace tn::cpu::TN_ISA
#endif
