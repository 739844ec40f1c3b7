// The colour behind a picture that is transparent.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace tn {

/// Red, green and blue, 0 to 255 each; white, as on a page, unless something else is chosen.
struct Ground {
    std::array<std::uint8_t, 3> rgb{255, 255, 255};
    bool operator==(const Ground&) const = default;
};

/// "#ffffff" and so on; parse_ground() also knows "white", "grey" (#808080) and "black". It throws Error that says what
/// it must be.
std::string to_text(Ground ground);
Ground parse_ground(const std::string& text);

}  // namespace tn
