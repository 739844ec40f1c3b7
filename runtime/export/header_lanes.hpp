// How wide the vectors of an exported header are on the processor that it is compiled for, as text.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tn {

/// Vectors that a header has functions for.
struct HeaderLanes {
    std::string_view where;  ///< a condition of the preprocessor; of the last, which are those of all others, empty
    std::string_view name;
    int lanes, registers;  ///< of 32 bits; how many vectors a loop may hold
};

inline constexpr HeaderLanes fp32_lanes[] = {
    {"defined(__AVX512F__)", "lanes_16_of_32", 16, 32},
    {"defined(__AVX__)", "lanes_8_of_16", 8, 16},
    {"defined(__aarch64__)", "lanes_4_of_32", 4, 32},
    {"", "lanes_4_of_16", 4, 16},
};

/// By what multiplies bytes, too.
inline constexpr HeaderLanes int8_lanes[] = {
    {"!defined(__GNUC__) || defined(TYPENET_WITHOUT_VECTORS)", "int8_loops", 4, 16},
    {"defined(__AVX512BW__) && defined(__AVX512VNNI__)", "int8_16_of_32_vnni", 16, 32},
    {"defined(__AVX512BW__)", "int8_16_of_32", 16, 30},
    {"defined(__AVXVNNI__)", "int8_8_of_16_vnni", 8, 16},
    {"defined(__AVX2__)", "int8_8_of_16", 8, 15},
    {"defined(__SSSE3__)", "int8_4_of_16_pairs", 4, 14},
    {"defined(__SSE2__)", "int8_4_of_16", 4, 12},
    {"defined(__wasm_simd128__)", "int8_4_of_wasm", 4, 12},
    {"", "int8_loops", 4, 16},
};

/// Opens an inline namespace that has the vectors' name, and `detail` in it with `lanes` and `registers`: files that
/// are compiled for different processors may include one header and be linked.
std::string open_lanes(std::span<const HeaderLanes> all);

}  // namespace tn
