// Positions: the places of an image, of each of which a layer sees the vector of its channels.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/shape.hpp"

namespace tn::detail {

/// Calls f(first, count, at) for runs of at most `Most` positions that lie side by side in one sample, of the positions
/// begin .. end-1 of the whole batch, counted from sample to sample: channel c of position `at` + i is value
/// first + c plane + i. Loops over a run are the inner ones, over neighbours in memory.
template <int Most, class F> constexpr void each_run(Shape shape, int begin, int end, F f) {
    const int plane = static_cast<int>(shape.plane());
    for (int at = begin; at < end;) {
        const int place = at % plane;
        int count = Most;
        if (count > plane - place) count = plane - place;
        if (count > end - at) count = end - at;
        f(Index{at / plane} * shape.size() + place, count, at);
        at += count;
    }
}

}  // namespace tn::detail
