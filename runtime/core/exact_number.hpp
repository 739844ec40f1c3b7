// Numbers as words of a line that are read back with the same bits, whatever the program's locale is.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace tn {

/// The number in hexadecimal, as 0x1.8p+0; also inf and nan.
inline std::string exact_text(double value) {
    char digits[32];
    char* const end = std::to_chars(digits, digits + sizeof digits, std::abs(value), std::chars_format::hex).ptr;
    return std::string(std::signbit(value) ? "-" : "") + (std::isfinite(value) ? "0x" : "") + std::string(digits, end);
}

/// The word as a number; nothing when it is not one from its first to its last letter.
inline std::optional<double> exact_number(std::string_view word) {
    const bool negative = word.starts_with('-');
    if (negative) word.remove_prefix(1);
    const bool hexadecimal = word.starts_with("0x");
    if (hexadecimal) word.remove_prefix(2);
    double value = 0;
    const char* const last = word.data() + word.size();
    const auto [end, error] =
        std::from_chars(word.data(), last, value, hexadecimal ? std::chars_format::hex : std::chars_format::general);
    if (error != std::errc{} || end != last || word.starts_with('-')) return std::nullopt;
    return negative ? -value : value;
}
inline std::optional<int> whole_number(std::string_view word) {
    int value = 0;
    const char* const last = word.data() + word.size();
    const auto [end, error] = std::from_chars(word.data(), last, value);
    if (error != std::errc{} || end != last) return std::nullopt;
    return value;
}

/// Takes the first word off the front of a line of words with one space between them; "" when there is none.
inline std::string_view take_word(std::string_view& line) {
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(word.size() + 1, line.size()));
    return word;
}

}  // namespace tn
