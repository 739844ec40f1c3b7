#include "runtime/core/escape_text.hpp"

#include <fmt/format.h>

#include <boost/locale/utf.hpp>
#include <charconv>

#include "runtime/core/error.hpp"

namespace tn {

namespace {

using utf8 = boost::locale::utf::utf_traits<char>;

std::string escaped(char byte) {
    switch (byte) {
        case '\n': return "\\n";
        case '\t': return "\\t";
        case '\\': return "\\\\";
        default: return fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
}

/// C0, DEL, C1, the separators of lines and paragraphs, and the marks that turn the direction of text around.
bool is_control(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

std::string escape_text(std::string_view text) {
    std::string line;
    for (auto at = text.begin(); at != text.end();) {
        const auto start = at;
        const auto c = utf8::decode(at, text.end());
        const bool valid = boost::locale::utf::is_valid_codepoint(c);
        if (!valid) at = start + 1;
        if (valid && c != '\\' && !is_control(c))
            line.append(start, at);
        else
            for (auto byte = start; byte != at; ++byte) line += escaped(*byte);
    }
    return line;
}

std::string unescape_text(std::string_view line) {
    std::string text;
    for (std::size_t at = 0; at < line.size(); ++at) {
        if (line[at] != '\\') {
            text += line[at];
            continue;
        }
        const std::string_view rest = line.substr(at + 1);
        unsigned byte = 0;
        if (rest.starts_with('n') || rest.starts_with('t') || rest.starts_with('\\')) {
            text += rest[0] == 'n' ? '\n' : rest[0] == 't' ? '\t' : '\\';
            ++at;
        } else if (rest.size() >= 3 && rest[0] == 'x' &&
                   std::from_chars(rest.data() + 1, rest.data() + 3, byte, 16).ptr == rest.data() + 3) {
            text += static_cast<char>(byte);
            at += 3;
        } else {
            throw Error(
                fmt::format("'{}' must have n, t, x and two digits or another backslash behind a backslash", line));
        }
    }
    return text;
}

bool is_utf8(std::string_view text) {
    for (auto at = text.begin(); at != text.end();)
        if (!boost::locale::utf::is_valid_codepoint(utf8::decode(at, text.end()))) return false;
    return true;
}

}  // namespace tn
