#include "runtime/core/unicode.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "runtime/core/escape_text.hpp"

namespace tn {
namespace {

struct Decomposition {
    std::uint16_t composed, first, second;
};

constexpr Decomposition table[] = {
#include "runtime/core/decompositions.inc"
};

/// Takes a character off the front of valid UTF-8.
std::uint32_t take(std::string_view& text) {
    const auto lead = static_cast<std::uint8_t>(text[0]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::uint32_t code = length == 1 ? lead : lead & (0x7Fu >> length);
    for (std::size_t i = 1; i < length; ++i) code = code << 6 | (static_cast<std::uint8_t>(text[i]) & 0x3Fu);
    text.remove_prefix(length);
    return code;
}

void put(std::string& out, std::uint32_t code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
        return;
    }
    const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    constexpr std::array leads{0u, 0xC0u, 0xE0u, 0xF0u};
    out += static_cast<char>(leads[more] | code >> (6 * more));
    for (int i = more - 1; i >= 0; --i) out += static_cast<char>(0x80u | (code >> (6 * i) & 0x3Fu));
}

void put_parts(std::string& out, std::uint32_t code) {
    if (code >= 0xAC00 && code < 0xAC00 + 11172) {  // The Unicode Standard, section 3.12
        const std::uint32_t s = code - 0xAC00;
        put(out, 0x1100 + s / 588);
        put(out, 0x1161 + s % 588 / 28);
        if (s % 28) put(out, 0x11A7 + s % 28);
        return;
    }
    const auto found = std::lower_bound(std::begin(table), std::end(table), code,
                                        [](const Decomposition& d, std::uint32_t c) { return d.composed < c; });
    if (found == std::end(table) || found->composed != code) return put(out, code);
    put_parts(out, found->first);
    if (found->second) put_parts(out, found->second);
}

}  // namespace

std::string decomposed(std::string_view utf8) {
    if (!is_utf8(utf8)) return std::string(utf8);
    std::string out;
    while (!utf8.empty()) put_parts(out, take(utf8));
    return out;
}

}  // namespace tn
