// What the tiles read of every channel, in rows of [filters], so that a vector of channels is one load.
#if defined(TN_CPU_CONV_BLOCK_WINOGRAD_AFFINE_TABLE_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_WINOGRAD_AFFINE_TABLE_INL
#undef TN_CPU_CONV_BLOCK_WINOGRAD_AFFINE_TABLE_INL
#else
#define TN_CPU_CONV_BLOCK_WINOGRAD_AFFINE_TABLE_INL
#endif

#include <cstddef>

#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/affine-inl.hpp"
#include "runtime/cpu/conv_block/winograd/layout.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// How a block of channels is normalised. The sign is gamma's: it says which end of a window is its maximum.
struct BlockAffine {
    AffineOf<V> affine;
    V sign;
};

class AffineTable {
public:
    /// `rows` has room for [WinogradWork::affine_rows][filters].
    AffineTable(float* rows, int filters) : rows_(rows), filters_(filters) {}

    void set(int f, const Affine& affine, float gamma_sign) const {
        put(f, 0, {affine.mean, affine.scale, affine.shift, gamma_sign});
    }
    void set_gradient(int f, const AffineGradient& to_dz) const {
        put(f, 4, {to_dz.g_factor, to_dz.z_factor, to_dz.constant});
    }

    BlockAffine affine(int block) const { return {{row(block, 0), row(block, 1), row(block, 2)}, sign(block)}; }
    V sign(int block) const { return row(block, 3); }
    GradientOf<V> gradient(int block) const { return {row(block, 4), row(block, 5), row(block, 6)}; }

private:
    template <int N> void put(int f, int first, const float (&values)[N]) const {
        for (int i = 0; i < N; ++i) rows_[(first + i) * filters_ + f] = values[i];
    }
    V row(int block, int i) const { return load(rows_ + i * filters_ + block * lanes); }

    float* rows_;
    int filters_;
};

}  // namespace tn::cpu::TN_ISA
#endif
