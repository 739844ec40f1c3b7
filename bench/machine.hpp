// What this machine can do at most: measured, not looked up.
#pragma once

#include <cstring>
#include <vector>

#include "bench/median.hpp"
#include "runtime/core/isa.hpp"
#include "runtime/core/thread_pool.hpp"

namespace bench {

inline constexpr int rounds = 1 << 20;

// Multiplications and additions of independent vectors that never leave the registers; one instruction where there is
// one, which bench/CMakeLists.txt sees to.
#define TN_PEAK(NAME, LANES, TARGET)                                                       \
    TARGET inline double NAME(double seed) {                                               \
        using V = float __attribute__((vector_size(4 * LANES)));                           \
        V sum[12]; /* different ones: equal ones would be computed once */                 \
        for (int k = 0; k < 12; ++k) sum[k] = V{} + static_cast<float>(seed + k);          \
        const V a = V{} + static_cast<float>(seed), b = V{} + 0.5f;                        \
        for (int i = 0; i < rounds; ++i)                                                   \
            _Pragma("GCC unroll 12") for (int k = 0; k < 12; ++k) sum[k] = sum[k] * a + b; \
        V all = sum[0];                                                                    \
        for (int k = 1; k < 12; ++k) all += sum[k];                                        \
        return static_cast<double>(all[0]);                                                \
    }
TN_PEAK(peak_portable, 4, )
#if defined(__x86_64__)
TN_PEAK(peak_avx2, 8, __attribute__((target("avx2,fma"))))
TN_PEAK(peak_avx512, 16, __attribute__((target("avx512f"))))
#endif
#undef TN_PEAK

/// Floating-point operations a second of all threads together.
inline double peak_flops(tn::ThreadPool& pool, tn::Isa isa) {
    const int tasks = pool.threads();
    std::vector<double> sink(tasks);
    int lanes = 4;
    double (*loop)(double) = peak_portable;
#if defined(__x86_64__)
    if (isa == tn::Isa::avx2) lanes = 8, loop = peak_avx2;
    if (isa == tn::Isa::avx512) lanes = 16, loop = peak_avx512;
#endif
    // Often: threads of libraries may spin for a while after the start.
    const double seconds = least_seconds(40, [&] { pool.run(tasks, [&](int i) { sink[i] = loop(0.5 + i); }); });
    return 2.0 * 12 * lanes * rounds * tasks / seconds;
}

/// Bytes a second that all threads together copy, read and written ones counted.
inline double peak_bandwidth(tn::ThreadPool& pool) {
    const std::size_t size = std::size_t{32} << 20;
    const int tasks = pool.threads();
    std::vector<float> from(size, 1.0f), to(size);
    const double seconds = least_seconds(7, [&] {
        pool.run(tasks, [&](int i) {
            const std::size_t first = size * i / tasks, last = size * (i + 1) / tasks;
            std::memcpy(to.data() + first, from.data() + first, (last - first) * sizeof(float));
        });
    });
    return 2.0 * sizeof(float) * static_cast<double>(size) / seconds;
}

}  // namespace bench
