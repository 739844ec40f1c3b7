#include "runtime/export/header_lanes.hpp"

#include <fmt/format.h>

namespace tn {

std::string open_lanes(std::span<const HeaderLanes> all) {
    std::string text = "\n", word = "#if ";
    for (const HeaderLanes& one : all) {
        text += one.where.empty() ? "#else\n" : fmt::format("{}{}\n", word, one.where);
        text += fmt::format("inline namespace {} {{\nnamespace detail {{\n", one.name);
        text += fmt::format("inline constexpr int lanes = {}, registers = {};\n", one.lanes, one.registers);
        word = "#elif ";
    }
    return text + "#endif\n";
}

}  // namespace tn
