// A network as the one header that typenet exports, TN_HEADER: one thread, no library. Prints `name value` pairs.
// Usage: one_header [batch] [steps]; with a batch of 0 it prints the processor's time for one sample, which others that
// run do not change, and the outputs
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "../median.hpp"
#include TN_HEADER

static double processor_ms() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

int main(int argc, char** argv) {
    const int batch = argc > 1 ? std::atoi(argv[1]) : 64, steps = argc > 2 ? std::max(1, std::atoi(argv[2])) : 15;
    static float x[exported::inputs], y[exported::outputs], work[exported::workspace];
    for (std::size_t i = 0; i < exported::inputs; ++i) x[i] = static_cast<float>(i * 7919 % 1000) / 500 - 1;
    float sum = 0;  // printed, so that nothing is left out
    const auto infer = [&] {
        exported::infer(x, y, work);
        sum += y[0];
    };
    std::printf("device one exported header, 1 thread\n");
    if (batch == 0) {
        std::printf("infer_one_ms %.4f\n", bench::median(std::max(steps, 50), [&] {
                        const double start = processor_ms();
                        infer();
                        return processor_ms() - start;
                    }));
        for (std::size_t i = 0; i < exported::outputs; ++i) std::printf("output %.9g\n", static_cast<double>(y[i]));
        return 0;
    }
    std::printf("infer_one_ms %.4f\n", bench::median_ms(std::max(steps, 50), 2, infer));
    std::printf("infer_batch_ms %.3f\n", bench::median_ms(std::min(steps, 3), 2, [&] {
                    for (int i = 0; i < batch; ++i) infer();
                }));
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("peak_memory_mb %.1f\nsum %f\n", static_cast<double>(usage.ru_maxrss) / 1024, static_cast<double>(sum));
}
