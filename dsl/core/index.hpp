// The type of what is counted and computed at run time.
#pragma once

#include <concepts>
#include <cstddef>
#include <utility>

namespace tn {

/// Sizes, extents and positions that are computed at run time. Signed, so that differences are right; 64 bits, so that
/// products of extents do not overflow; and it indexes a pointer without a conversion. A single extent is an int, which
/// widens to it; a product of ints must begin with one: `Index{n} * channels`.
using Index = std::ptrdiff_t;

/// How many values there are: an Index, but one that is compared with integers of any type as numbers are. So loops
/// over `std::size_t`, as over the containers of the standard library, are as right as those over `int` and Index, and
/// no compiler warns of them.
class Size {
public:
    constexpr explicit Size(Index value) : value_(value) {}
    constexpr operator Index() const { return value_; }

    // Not operator<=>: the constants of std::strong_ordering are not there on a GPU.
    template <std::integral I> friend constexpr bool operator==(Size a, I b) { return std::cmp_equal(a.value_, b); }
    template <std::integral I> friend constexpr bool operator<(Size a, I b) { return std::cmp_less(a.value_, b); }
    template <std::integral I> friend constexpr bool operator<(I a, Size b) { return std::cmp_less(a, b.value_); }
    template <std::integral I> friend constexpr bool operator>(Size a, I b) { return b < a; }
    template <std::integral I> friend constexpr bool operator>(I a, Size b) { return b < a; }
    template <std::integral I> friend constexpr bool operator<=(Size a, I b) { return !(b < a); }
    template <std::integral I> friend constexpr bool operator<=(I a, Size b) { return !(b < a); }
    template <std::integral I> friend constexpr bool operator>=(Size a, I b) { return !(a < b); }
    template <std::integral I> friend constexpr bool operator>=(I a, Size b) { return !(a < b); }

    template <std::signed_integral I> friend constexpr Size operator*(Size a, I b) {
        return Size(a.value_ * static_cast<Index>(b));
    }
    template <std::signed_integral I> friend constexpr Size operator*(I a, Size b) { return b * a; }

private:
    Index value_;
};

/// Where part `part` of `parts` begins when 0 .. count-1 is cut into parts of equal size, or nearly so; it ends where
/// the next one begins.
constexpr int part_begin(Index count, Index part, Index parts) { return static_cast<int>(count * part / parts); }

}  // namespace tn
