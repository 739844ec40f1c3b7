// Images and kernels in the blocked layout that Winograd's transforms read.
#if defined(TN_CPU_CONV_BLOCK_WINOGRAD_PACK_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_WINOGRAD_PACK_INL
#undef TN_CPU_CONV_BLOCK_WINOGRAD_PACK_INL
#else
#define TN_CPU_CONV_BLOCK_WINOGRAD_PACK_INL
#endif

#include <algorithm>
#include <cstring>

#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/winograd/plan.hpp"
#include "runtime/cpu/simd/blocked-inl.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// The input rows that the tile rows from `first` on read, with zeros around the image, for blocks of channels:
/// packed [channels / lanes][packed_rows][packed_columns][lanes].
inline void pack_blocked(const WinogradPlan& plan, const float* x, int first, int tile_rows, float* packed) {
    const ConvGeometry& c = plan.conv();
    const int width = plan.packed_columns, rows = plan.packed_rows(tile_rows), y0 = first * tile_side - c.pad;
    const int inside = std::min(c.width, width - c.pad);
    for (int block = 0; block < c.channels / lanes; ++block, x += lanes * c.in_plane())
        for (int r = 0; r < rows; ++r, packed += width * lanes) {
            const int y = y0 + r;
            if (y < 0 || y >= c.height) {
                std::memset(packed, 0, sizeof(float) * (width * lanes));
                continue;
            }
            std::memset(packed, 0, sizeof(float) * (c.pad * lanes));
            to_blocked(x + y * c.width, c.in_plane(), inside, packed + c.pad * lanes);
            const int behind = c.pad + inside;
            std::memset(packed + behind * lanes, 0, sizeof(float) * ((width - behind) * lanes));
        }
}

/// blocked [9][lanes] from `lanes` adjacent kernels of 9 values; up to `lanes` floats beyond them are read and not
/// used.
inline void kernels_to_blocked(const float* kernels, float* blocked) {
    for (int i = 0; i < 9; i += lanes) {
        V v[lanes];
        TN_UNROLL for (int r = 0; r < lanes; ++r) v[r] = load(kernels + r * 9 + i);
        transpose(v);
        TN_UNROLL for (int k = 0; k < lanes; ++k) if (i + k < 9) store(blocked + (i + k) * lanes, v[k]);
    }
}

}  // namespace tn::cpu::TN_ISA
#endif
