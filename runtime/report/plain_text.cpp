#include "runtime/report/plain_text.hpp"

#include <algorithm>
#include <boost/locale/utf.hpp>

#include "runtime/core/unicode.hpp"
#include "runtime/report/installed_fonts.hpp"

namespace tn {

namespace {

/// Latin letters from U+00C0 on, without their accents.
constexpr std::string_view latin =
    "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTs"                                     // U+00C0
    "aaaaaaaceeeeiiiidnooooo?ouuuuyty"                                     // U+00E0
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLl"  // U+0100
    "NnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";       // U+0143

static_assert(latin.size() == 0x180 - 0xC0);

}  // namespace

std::string plain_text(std::string_view text) {
    namespace utf = boost::locale::utf;
    std::string plain;
    for (auto at = text.begin(); at != text.end();) {
        const auto start = at;
        const auto c = utf::utf_traits<char>::decode(at, text.end());
        if (!utf::is_valid_codepoint(c)) at = start + 1;
        // An accent of its own, as in names from macOS, goes with the letter before it.
        if (c >= 0x300 && c < 0x370 && utf::is_valid_codepoint(c)) continue;
        plain += c >= 32 && c < 127 ? static_cast<char>(c) : c >= 0xC0 && c < 0x180 ? latin[c - 0xC0] : '?';
    }
    return plain;
}

std::vector<std::string> drawn_names(std::span<const std::string> classes) {
    std::vector<std::string> names, looks;
    for (const std::string& name : classes) {
        names.push_back(installed_fonts_have(name) ? name : plain_text(name));
        looks.push_back(decomposed(names.back()));
    }
    const auto question_marks = [](const std::string& s) { return std::count(s.begin(), s.end(), '?'); };
    std::vector<std::string> drawn = names;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const bool lost = question_marks(names[i]) != question_marks(classes[i]);
        if (lost || std::count(looks.begin(), looks.end(), looks[i]) > 1) drawn[i] = "class " + std::to_string(i + 1);
    }
    return drawn;
}

}  // namespace tn
