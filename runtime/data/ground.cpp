#include "runtime/data/ground.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "runtime/core/error.hpp"

namespace tn {

std::string to_text(Ground ground) {
    return fmt::format("#{:02x}{:02x}{:02x}", ground.rgb[0], ground.rgb[1], ground.rgb[2]);
}

Ground parse_ground(const std::string& text) {
    if (text == "white") return {};
    if (text == "grey") return {{128, 128, 128}};
    if (text == "black") return {{0, 0, 0}};
    Ground ground;
    bool right = text.size() == 7 && text[0] == '#';
    for (std::size_t i = 0; right && i < 3; ++i) {
        const char* digits = text.data() + 1 + 2 * i;
        const auto [end, error] = std::from_chars(digits, digits + 2, ground.rgb[i], 16);
        right = error == std::errc{} && end == digits + 2;
    }
    if (!right) throw Error(fmt::format("the ground must be white, grey, black or a colour as #8090a0, not {}", text));
    return ground;
}

}  // namespace tn
