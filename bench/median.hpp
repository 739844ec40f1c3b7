// How long calls take; includes nothing of typenet, so that peers are measured by the same rule.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
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

/// Seconds of a clock: on the wall, or those of the process's processors where BENCH_PROCESSOR_TIME is set, which
/// others on a shared machine disturb less.
inline double seconds() {
    static const clockid_t clock = std::getenv("BENCH_PROCESSOR_TIME") ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC;
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Milliseconds of the median of `count` calls, after `unmeasured` ones.
template <class F> double median_ms(int count, int unmeasured, F&& f) {
    for (int i = 0; i < unmeasured; ++i) f();
    return median(count, [&] {
        const double start = seconds();
        f();
        return 1e3 * (seconds() - start);
    });
}

}  // namespace bench
