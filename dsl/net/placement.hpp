// Places for buffers that live at different times.
#pragma once

#include <algorithm>
#include <cstddef>

namespace tn {

/// Buffers begin at multiples of this many values: 64 bytes of floats, a cache line and the widest vector.
inline constexpr std::size_t alignment = 16;
constexpr std::size_t aligned(std::size_t values) { return (values + alignment - 1) / alignment * alignment; }

/// A buffer that is in use from step `first` to step `last`, both included.
struct Buffer {
    std::size_t size = 0, offset = 0;
    int first = 0, last = 0;
};

/// Which buffers are placed first: the largest; those that are large for long; of those that are in use when most is,
/// the ones that live longest.
enum class PlacementOrder { by_size, by_size_and_life, by_life_at_the_most };

/// Gives each buffer a place such that two that live at the same time do not overlap: one after another, each at the
/// lowest place that is free for its whole life. In several parts, each a constant of its own, where a network is so
/// large that compilers would not evaluate it at once.
template <std::size_t N> struct Placement {
    int order[N]{}, next[N]{};  // next: the placed one behind this one, by offset
    int count = 0, done = 0, lowest = -1, highest = -1;
    std::size_t total = 0;  ///< the values needed for those that are placed

    constexpr Placement() = default;
    /// `most`: the step in which most is in use.
    constexpr Placement(const Buffer (&buffer)[N], int all, PlacementOrder first, int most) : count(all) {
        for (int i = 0; i < count; ++i) order[i] = i;
        const auto life = [&](int i) { return static_cast<std::size_t>(buffer[i].last - buffer[i].first + 1); };
        const auto at_the_most = [&](int i) { return buffer[i].first <= most && most <= buffer[i].last; };
        std::sort(order, order + count, [&](int a, int b) {
            if (first == PlacementOrder::by_life_at_the_most) {
                if (at_the_most(a) != at_the_most(b)) return at_the_most(a);
                if (life(a) != life(b)) return life(a) > life(b);
            } else if (first == PlacementOrder::by_size_and_life) {
                const std::size_t of_a = buffer[a].size * life(a), of_b = buffer[b].size * life(b);
                if (of_a != of_b) return of_a > of_b;
            }
            return buffer[a].size != buffer[b].size ? buffer[a].size > buffer[b].size : a < b;
        });
    }

    /// To begin anew, with the buffer that now ends highest placed earlier: half as many come before it.
    constexpr Placement with_the_highest_earlier() const {
        Placement anew;
        anew.count = count;
        int place = 0;
        while (order[place] != highest) ++place;
        for (int i = 0, from = 0; i < count; ++i) {
            if (from == place) ++from;
            anew.order[i] = i == place / 2 ? highest : order[from++];
        }
        return anew;
    }

    /// Places what comes before `end` in the order.
    constexpr void run(Buffer (&buffer)[N], int end) {
        for (; done < end; ++done) {
            const int own = order[done];
            Buffer& b = buffer[own];
            if (b.size == 0) continue;
            std::size_t at = 0;
            int before = -1;
            // Few statements: a compiler counts how many it evaluates, and large networks have many pairs of buffers.
            for (int j = lowest; j >= 0 && buffer[j].offset < at + b.size; j = next[j])
                if (const Buffer& other = buffer[j];
                    other.last >= b.first && other.first <= b.last && other.offset + other.size > at)
                    at = other.offset + other.size, before = j;
                else if (other.offset <= at)
                    before = j;
            b.offset = at;
            if (at + b.size > total) {
                total = at + b.size;
                highest = own;
            }
            int& link = before < 0 ? lowest : next[before];
            next[own] = link;
            link = own;
        }
    }
};

/// All at once, the largest first. Returns the values needed.
template <std::size_t N> constexpr std::size_t place(Buffer (&buffer)[N], int count) {
    Placement<N> placement(buffer, count, PlacementOrder::by_size, 0);
    placement.run(buffer, count);
    return placement.total;
}

/// The buffers of a plan as they were asked for: offset and size without the room around them. The network's input is
/// the first.
template <int Capacity> struct Buffers {
    Buffer buffer[Capacity]{};
    int count = 0;
};

}  // namespace tn
