#include <algorithm>
#include <cctype>
#include <iterator>
#include <string_view>

#include "runtime/export/header.hpp"

namespace tn {

namespace {

/// Keywords of C++ up to C++23 and of its GNU dialect, with other spellings of operators, and macros of the headers
/// that are included.
constexpr std::string_view keywords[] = {"NAN",
                                         "INFINITY",
                                         "NULL",
                                         "alignas",
                                         "alignof",
                                         "and",
                                         "and_eq",
                                         "asm",
                                         "auto",
                                         "bitand",
                                         "bitor",
                                         "bool",
                                         "break",
                                         "case",
                                         "catch",
                                         "char",
                                         "char16_t",
                                         "char32_t",
                                         "char8_t",
                                         "class",
                                         "co_await",
                                         "co_return",
                                         "co_yield",
                                         "compl",
                                         "concept",
                                         "const",
                                         "const_cast",
                                         "consteval",
                                         "constexpr",
                                         "constinit",
                                         "continue",
                                         "decltype",
                                         "default",
                                         "delete",
                                         "do",
                                         "double",
                                         "dynamic_cast",
                                         "else",
                                         "enum",
                                         "explicit",
                                         "export",
                                         "extern",
                                         "false",
                                         "float",
                                         "for",
                                         "friend",
                                         "goto",
                                         "if",
                                         "inline",
                                         "int",
                                         "linux",
                                         "long",
                                         "mutable",
                                         "namespace",
                                         "new",
                                         "noexcept",
                                         "not",
                                         "not_eq",
                                         "nullptr",
                                         "operator",
                                         "or",
                                         "or_eq",
                                         "private",
                                         "protected",
                                         "public",
                                         "register",
                                         "reinterpret_cast",
                                         "requires",
                                         "return",
                                         "short",
                                         "signed",
                                         "sizeof",
                                         "static",
                                         "static_assert",
                                         "static_cast",
                                         "struct",
                                         "switch",
                                         "template",
                                         "this",
                                         "thread_local",
                                         "throw",
                                         "true",
                                         "try",
                                         "typedef",
                                         "typeid",
                                         "typename",
                                         "typeof",
                                         "union",
                                         "unix",
                                         "unsigned",
                                         "using",
                                         "virtual",
                                         "void",
                                         "volatile",
                                         "wchar_t",
                                         "while",
                                         "xor",
                                         "xor_eq"};

/// What lies outside of namespaces where <cmath> and <cstddef> are included, and main; functions of <cmath> also with
/// f or l behind.
constexpr std::string_view taken[] = {
    "main", "size_t", "ptrdiff_t", "max_align_t", "nullptr_t", "float_t", "double_t", "signgam", "abs",  "div",  "atof",
    "atoi", "exit",   "free",      "malloc",      "rand",      "random",  "select",   "system",  "labs", "llabs"};
constexpr std::string_view of_cmath[] = {
    "acos",     "acosh",  "asin",   "asinh",   "atan",      "atan2",     "atanh",       "cbrt",  "ceil",
    "copysign", "cos",    "cosh",   "drem",    "erf",       "erfc",      "exp",         "exp10", "exp2",
    "expm1",    "fabs",   "fdim",   "finite",  "floor",     "fma",       "fmax",        "fmin",  "fmod",
    "frexp",    "gamma",  "hypot",  "ilogb",   "isinf",     "isnan",     "j0",          "j1",    "jn",
    "ldexp",    "lgamma", "llrint", "llround", "log",       "log10",     "log1p",       "log2",  "logb",
    "lrint",    "lround", "modf",   "nan",     "nearbyint", "nextafter", "nexttoward",  "pow",   "remainder",
    "remquo",   "rint",   "round",  "scalb",   "scalbln",   "scalbn",    "significand", "sin",   "sincos",
    "sinh",     "sqrt",   "tan",    "tanh",    "tgamma",    "trunc",     "y0",          "y1",    "yn"};

template <class List> bool has(const List& list, std::string_view name) {
    return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

bool is_identifier(const std::string& name) {
    const auto letter = [](unsigned char c) { return std::isalpha(c) || c == '_'; };
    return !name.empty() && letter(static_cast<unsigned char>(name[0])) &&
           std::all_of(name.begin(), name.end(),
                       [&](unsigned char c) { return c < 128 && (letter(c) || std::isdigit(c)); });
}

}  // namespace

void check_namespace(const std::string& name) {
    const std::string words = "the name of a header's namespace must ";
    if (!is_identifier(name)) throw Error(words + "be letters, digits and _, not '" + name + "'");
    if (has(keywords, name)) throw Error(words + "be no keyword or macro of C++: not '" + name + "'");
    if (name == "std" || name == "posix" || name[0] == '_' || name.find("__") != name.npos)
        throw Error(words + "not be one that C++ reserves: not '" + name + "'");
    const bool suffixed = name.back() == 'f' || name.back() == 'l';
    if (has(taken, name) || has(of_cmath, name) ||
        (suffixed && has(of_cmath, std::string_view(name).substr(0, name.size() - 1))))
        throw Error(words + "not be that of a function or type of the standard library: not '" + name + "'");
}

}  // namespace tn
