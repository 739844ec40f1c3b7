// How much memory a network trains in, against how much it then computes again.
#pragma once

#include <array>
#include <cstddef>

#include "dsl/net/limited.hpp"
#include "dsl/net/planned.hpp"

namespace tn {

/// Bytes of the arena of a model that trains, and the work that a step has besides that of one that keeps everything,
/// as a fraction of that: 0.2 for a fifth more; and in how many parts it takes a batch.
struct MemoryPoint {
    std::size_t bytes = 0;
    double extra_work = 0;
    int parts = 1;
};

inline constexpr int memory_points = 6, parts_points = 4;

namespace detail {

/// The point of a search with a budget of values; bytes are nowhere where it finds nothing.
template <class P> constexpr MemoryPoint memory_point(std::size_t besides) {
    if constexpr (requires { P::possible; })
        if (!P::possible) return {nowhere, 0};
    return {besides + Packed<P>::planner.size() * sizeof(float), P::extra_work};
}

/// From the plan that keeps everything to the one that needs least, in equal steps of the budget. A point that is no
/// better than the one before it is that one.
template <class S, std::size_t Besides, std::size_t... I>
constexpr std::array<MemoryPoint, memory_points> memory_points_of(std::index_sequence<I...>) {
    using Plain = PlainPlanner<S>;
    constexpr std::size_t most = Plain::planner.most_in_use().values, least = Least<S>::planner.most_in_use().values;
    constexpr std::size_t step = (most - std::min(most, least)) / (memory_points - 1);
    std::array<MemoryPoint, memory_points> points{memory_point<Plain>(Besides),
                                                  memory_point<Found<S, most - (I + 1) * step>>(Besides)...,
                                                  memory_point<Least<S>>(Besides)};
    for (int i = memory_points - 1; i > 1; --i)  // what takes less and computes less again is better
        if (points[i].bytes <= points[i - 1].bytes && points[i].extra_work <= points[i - 1].extra_work)
            points[i - 1] = points[i];
    for (int i = 1; i < memory_points; ++i)
        if (points[i].bytes >= points[i - 1].bytes) points[i] = points[i - 1];
    return points;
}

/// In parts of a half, a quarter and an eighth of the batch, and of one sample.
template <class S, std::size_t Besides> constexpr std::array<MemoryPoint, parts_points> parts_points_of() {
    const auto point = []<int Part>(std::integral_constant<int, Part>) {
        using Own = typename S::template in_parts_of<Part>;
        MemoryPoint own = memory_point<PlainPlanner<Own>>(Besides);
        own.parts = Own::parts;
        return own;
    };
    return {point(std::integral_constant<int, part_of(S::samples, 2)>{}),
            point(std::integral_constant<int, part_of(S::samples, 4)>{}),
            point(std::integral_constant<int, part_of(S::samples, 8)>{}), point(std::integral_constant<int, 1>{})};
}

}  // namespace detail
}  // namespace tn
