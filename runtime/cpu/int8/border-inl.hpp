// What is around an image of bytes.
#if defined(TN_CPU_INT8_BORDER_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_INT8_BORDER_INL
#undef TN_CPU_INT8_BORDER_INL
#else
#define TN_CPU_INT8_BORDER_INL
#endif

#include <cstdint>
#include <cstring>

#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/int8/passes.hpp"

namespace tn::cpu::TN_ISA {

/// The byte that stands for zero, wherever no pixel is.
inline void fill_border(const ByteImage& image, int zero, std::uint8_t* y) {
    if (image.pad == Padding{}) return;
    const Index row = Index{image.columns()} * image.pixel, left = Index{image.pad.left} * image.pixel,
                right = Index{image.pad.right} * image.pixel;
    for (int b = 0; b < image.blocks(); ++b, y += image.block()) {
        std::uint8_t* to = y;
        std::memset(to, zero, image.pad.top * row);
        to += image.pad.top * row;
        for (int i = 0; i < image.height; ++i, to += row) {
            std::memset(to, zero, left);
            std::memset(to + row - right, zero, right);
        }
        std::memset(to, zero, image.pad.bottom * row);
    }
}

}  // namespace tn::cpu::TN_ISA

#endif
