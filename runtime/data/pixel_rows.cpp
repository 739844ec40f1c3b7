#include "runtime/data/pixel_rows.hpp"

#include <cstring>

#include "runtime/data/augment_draw.hpp"

#define TN_KERNELS "runtime/data/pixel_rows-inl.hpp"
#include "runtime/core/each_isa.inc"

namespace tn {

const PixelRows& pixel_rows(Isa isa) {
    require(isa);
#if defined(__x86_64__)
    if (isa == Isa::avx512) return row_loops::avx512::rows;
    if (isa == Isa::avx2) return row_loops::avx2::rows;
#endif
    return row_loops::portable::rows;
}

}  // namespace tn
