#include "runtime/data/exif.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace tn {
namespace {

using Bytes = std::span<const std::uint8_t>;

/// The TIFF structure inside the EXIF block. A number that lies outside it reads as 0.
class Tiff {
public:
    explicit Tiff(Bytes bytes) : bytes_(bytes), little_(bytes.size() >= 2 && bytes[0] == 'I' && bytes[1] == 'I') {}

    bool valid() const {
        const bool big = bytes_.size() >= 2 && bytes_[0] == 'M' && bytes_[1] == 'M';
        return (little_ || big) && number(2, 2) == 42;
    }

    std::uint32_t number(std::size_t offset, std::size_t width) const {
        if (offset > bytes_.size() || width > bytes_.size() - offset) return 0;
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < width; ++i)
            value = value << 8 | bytes_[little_ ? offset + width - 1 - i : offset + i];
        return value;
    }

private:
    Bytes bytes_;
    bool little_;
};

int orientation_in(const Tiff& tiff) {
    if (!tiff.valid()) return 1;
    const std::size_t directory = tiff.number(4, 4);
    const std::size_t entries = tiff.number(directory, 2);
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = directory + 2 + 12 * i;
        if (tiff.number(entry, 2) != 0x0112) continue;
        const bool one_short = tiff.number(entry + 2, 2) == 3 && tiff.number(entry + 4, 4) == 1;
        const std::uint32_t value = tiff.number(entry + 8, 2);
        return one_short && value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
    }
    return 1;
}

}  // namespace

int exif_orientation(Bytes jpeg) {
    constexpr std::array<std::uint8_t, 6> signature{'E', 'x', 'i', 'f', 0, 0};
    if (jpeg.size() < 2 || jpeg[0] != 0xFF || jpeg[1] != 0xD8) return 1;
    std::size_t at = 2;
    while (jpeg.size() - at >= 4 && jpeg[at] == 0xFF) {
        const std::uint8_t marker = jpeg[at + 1];
        if (marker == 0xFF) {  // a fill byte
            ++at;
            continue;
        }
        if (marker == 0xDA || marker == 0xD9) return 1;  // the picture itself, or its end
        const std::size_t length = std::size_t{jpeg[at + 2]} << 8 | jpeg[at + 3];
        if (length < 2 || length > jpeg.size() - at - 2) return 1;
        const Bytes payload = jpeg.subspan(at + 4, length - 2);
        if (marker == 0xE1 && payload.size() > signature.size() &&
            std::equal(signature.begin(), signature.end(), payload.begin()))
            return tiff_orientation(payload.subspan(signature.size()));
        at += 2 + length;
    }
    return 1;
}

int tiff_orientation(Bytes exif) { return orientation_in(Tiff(exif)); }

}  // namespace tn
