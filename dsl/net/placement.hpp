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

/// Gives each buffer a place such that two that live at the same time do not overlap: the largest first, each at the
/// lowest place that is free for its whole life. In several parts, each a constant of its own, where a network is so
/// large that compilers would not evaluate it at once.
template <std::size_t N> struct Placement {
    int by_size[N]{}, next[N]{};  // next: the placed one behind this one, by offset
    int count = 0, done = 0, lowest = -1;
    std::size_t total = 0;  ///< the values needed for those that are placed

    constexpr Placement() = default;
    constexpr Placement(const Buffer (&buffer)[N], int all) : count(all) {
        for (int i = 0; i < count; ++i) by_size[i] = i;
        std::sort(by_size, by_size + count, [&](int a, int b) {
            return buffer[a].size != buffer[b].size ? buffer[a].size > buffer[b].size : a < b;
        });
    }

    /// Places what comes before `end`, by size.
    constexpr void run(Buffer (&buffer)[N], int end) {
        for (; done < end; ++done) {
            const int own = by_size[done];
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
            total = std::max(total, at + b.size);
            int& link = before < 0 ? lowest : next[before];
            next[own] = link;
            link = own;
        }
    }
};

/// All at once. Returns the values needed.
template <std::size_t N> constexpr std::size_t place(Buffer (&buffer)[N], int count) {
    Placement<N> placement(buffer, count);
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
