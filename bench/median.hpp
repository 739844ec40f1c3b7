// How long calls take; includes nothing of typenet, so that peers are measured by the same rule.
#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

namespace bench {

/// Seconds of the quickest of `count` calls.
template <class F> double least_seconds(int count, F&& f) {
    double least = 1e30;
    for (int i = 0; i < count; ++i) {
        const auto start = std::chrono::steady_clock::now();
        f();
        least = std::min(least, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return least;
}

/// The median of what `count` calls return.
template <class F> double median(int count, F&& f) {
    std::vector<double> all;
    for (int i = 0; i < count; ++i) all.push_back(f());
    std::nth_element(all.begin(), all.begin() + count / 2, all.end());
    return all[count / 2];
}

/// Milliseconds of the median of `count` calls, after `unmeasured` ones.
template <class F> double median_ms(int count, int unmeasured, F&& f) {
    for (int i = 0; i < unmeasured; ++i) f();
    return median(count, [&] {
        const auto start = std::chrono::steady_clock::now();
        f();
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    });
}

}  // namespace bench
