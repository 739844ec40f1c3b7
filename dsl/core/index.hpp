// The type of what is counted and computed at run time.
#pragma once

#include <cstddef>

namespace tn {

/// Sizes, extents and positions that are computed at run time. Signed, so that differences are right; 64 bits, so that
/// products of extents do not overflow; and it indexes a pointer without a conversion. A single extent is an int, which
/// widens to it; a product of ints must begin with one: `Index{n} * channels`.
using Index = std::ptrdiff_t;

/// Where part `part` of `parts` begins when 0 .. count-1 is cut into parts of equal size, or nearly so; it ends where
/// the next one begins.
constexpr int part_begin(Index count, Index part, Index parts) { return static_cast<int>(count * part / parts); }

}  // namespace tn
