// Memory to train, drawn: what lies where and when, and what less of it costs.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "dsl/net/memory_curve.hpp"
#include "runtime/model/arena_map.hpp"

namespace tn {

/// An SVG of its own: steps from left to right, addresses upwards, a rectangle for every part, which names itself and
/// its bytes when it is pointed at; large ones are labelled. Light or dark as the reader prefers. Classes begin with
/// "tn-".
std::string arena_svg(const ArenaMap& map);

/// Bytes against extra work, as an SVG; and as rows of "bytes" and "+3.1 %" or "+3.1 % in 4 parts", without what comes
/// twice.
std::string memory_curve_svg(std::span<const MemoryPoint> curve);
std::vector<std::pair<std::string, std::string>> memory_curve_rows(std::span<const MemoryPoint> curve);

}  // namespace tn
