// Text that the compiler composes: names of layers and the sentences of shape errors.
#pragma once

#include <string>
#include <string_view>

#include "dsl/core/index.hpp"

namespace tn {

/// A string of at most 239 characters built at compile time; longer text is cut. As a template argument g++ prints it
/// in quotation marks, which is how a shape error becomes a sentence in the compiler's output.
struct Text {
    char characters[240]{};
    int length = 0;

    constexpr Text() = default;
    constexpr Text(std::string_view s) { *this << s; }
    constexpr Text(const char* s) { *this << std::string_view(s); }

    constexpr Text& operator<<(std::string_view s) {
        for (char c : s)
            if (length < 239) characters[length++] = c;
        return *this;
    }
    constexpr Text& operator<<(const char* s) { return *this << std::string_view(s); }
    constexpr Text& operator<<(const Text& t) { return *this << t.view(); }
    constexpr Text& operator<<(int value) {
        char digits[12];
        int n = 0;
        const bool negative = value < 0;
        Index rest = value;  // wider than an int, whose least value has no negative
        if (negative) rest = -rest;
        do digits[n++] = static_cast<char>('0' + rest % 10);
        while (rest /= 10);
        if (negative) *this << "-";
        while (n) *this << std::string_view(&digits[--n], 1);
        return *this;
    }

    constexpr std::string_view view() const { return std::string_view(characters, length); }
    std::string string() const { return std::string(view()); }
    constexpr bool operator==(const Text& other) const { return view() == other.view(); }
};

namespace detail {
template <class T> constexpr std::string_view pretty_function() { return __PRETTY_FUNCTION__; }

/// What the compiler writes for T, without the namespaces of this library.
template <class T> constexpr Text written_name() {
    std::string_view all = pretty_function<T>();
    const std::size_t equals = all.find("T = ") == all.npos ? all.find("T=") + 2 : all.find("T = ") + 4;
    all = all.substr(equals, all.rfind(']') - equals);
    all = all.substr(0, all.find("; ")).substr(0, 2 * sizeof(Text));  // more would be cut, and takes a compiler long
    Text text;
    while (!all.empty()) {
        const bool space = all.substr(0, 4) == "tn::", inner = all.substr(0, 8) == "detail::";
        if (!space && !inner) text << all.substr(0, 1);
        all.remove_prefix(space ? 4 : inner ? 8 : 1);
    }
    return text;
}
}  // namespace detail

/// The name of a type, for sentences about it.
template <class T> inline constexpr Text type_name = detail::written_name<T>();

}  // namespace tn
