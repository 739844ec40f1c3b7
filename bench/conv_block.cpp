// Times the four blocks of the reference network, pass by pass: milliseconds (medians), GFLOP/s counted as direct
// convolution, and the share of this machine's roofline: the least time that the products of the method and the bytes
// that must move need at the measured peaks, over the time taken.
// Usage: conv_block [threads] [isa] [batch] [repetitions]
#include "runtime/cpu/conv_block.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <vector>

#include "bench/machine.hpp"
#include "runtime/core/random.hpp"
#include "runtime/core/thread_pool.hpp"

namespace {

using namespace tn;

constexpr BlockGeometry block(int channels, int size, int filters) {
    return {{channels, size, size, filters, 3, 3, 1, 1}, true, true, true, 2, 2};
}

std::vector<float> random_floats(std::size_t count, std::uint64_t index) {
    Random random(1, stream::initialise, index);
    std::vector<float> v(count);
    for (float& x : v) x = random.uniform(-1, 1);
    return v;
}

template <class F>
double median_ms(int repetitions, F&& f) {
    std::vector<double> times;
    f();
    for (int i = 0; i < repetitions; ++i) {
        const auto start = std::chrono::steady_clock::now();
        f();
        times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
    std::ranges::nth_element(times, times.begin() + repetitions / 2);
    return times[std::size_t(repetitions / 2)];
}

struct Peaks {
    double flops, bandwidth;
};

/// One pass: its time, its work as direct convolution, and what it cannot do without.
struct Pass {
    double ms = 0, flops = 0, least_ms = 0;

    Pass& operator+=(const Pass& o) {
        ms += o.ms;
        flops += o.flops;
        least_ms += o.least_ms;
        return *this;
    }
};

struct Passes {
    Pass forward, backward, infer;
};

void print(const char* name, const Passes& p) {
    std::printf("%-12s", name);
    for (const Pass& pass : {p.forward, p.backward, p.infer})
        std::printf(" %8.3f %7.1f %4.0f%%", pass.ms, pass.flops / pass.ms * 1e-6, 100 * pass.least_ms / pass.ms);
    std::printf("\n");
}

/// Products that the method needs for `flops` of direct convolution; Winograd's transforms are not counted.
template <BlockGeometry G>
double needed(double flops) {
    if (cpu::method_of(G) != cpu::Method::winograd) return flops;
    const cpu::TilePlan p(G);
    return flops * (cpu::frequencies * p.rows * p.columns) / (9.0 * static_cast<double>(G.conv.out_plane()));
}

template <BlockGeometry G>
void run(ThreadPool& pool, Isa isa, int n, int repetitions, bool first, const Peaks& peaks, Passes& total) {
    using Block = cpu::ConvBlock<G>;
    const auto filters = std::size_t(G.conv.filters), samples = std::size_t(n);
    const auto x = random_floats(samples * G.conv.in_size(), 0), weight = random_floats(G.conv.weights(), 1),
               bias = random_floats(filters, 2), gamma = random_floats(filters, 3), beta = random_floats(filters, 4),
               dy = random_floats(samples * G.y_size(), 5);
    std::vector<float> y(dy.size()), saved(Block::saved_floats(n)), work(Block::work_floats(n)), mean(filters),
        variance(filters, 1.0f), dx(x.size()), dweight(weight.size()), dbias(filters), dgamma(filters), dbeta(filters);
    const double flops = static_cast<double>(n) * G.conv.flops();
    const auto pass = [&](double ms, double work, std::size_t floats) {
        return Pass{ms, work,
                    1e3 * std::max(needed<G>(work) / peaks.flops,
                                   sizeof(float) * static_cast<double>(floats) / peaks.bandwidth)};
    };
    Passes t;
    const double forward_ms = median_ms(repetitions, [&] {
        Block::forward(pool, isa,
                       {n, x.data(), weight.data(), bias.data(), gamma.data(), beta.data(), y.data(), saved.data(),
                        work.data(), mean.data(), variance.data()});
    });
    const double backward_ms = median_ms(repetitions, [&] {
        Block::backward(
            pool, isa,
            {n, x.data(), weight.data(), gamma.data(), beta.data(), dy.data(), saved.data(),
             first ? nullptr : dx.data(), dweight.data(), dbias.data(), dgamma.data(), dbeta.data(), work.data()});
    });
    const double infer_ms = median_ms(repetitions, [&] {
        Block::infer(pool, isa,
                     {n, x.data(), weight.data(), bias.data(), gamma.data(), beta.data(), mean.data(), variance.data(),
                      1e-5f, y.data(), work.data()});
    });
    const std::size_t z = samples * Block::plan.z_kept();
    t.forward = pass(forward_ms, flops, x.size() + y.size() + 2 * z);
    t.backward = pass(backward_ms, flops * (first ? 1 : 2), x.size() + 2 * dy.size() + z + (first ? 0 : dx.size()));
    t.infer = pass(infer_ms, flops, x.size() + y.size());
    char name[32];
    std::snprintf(name, sizeof name, "%dx%d -> %d", G.conv.channels, G.conv.height, G.conv.filters);
    print(name, t);
    total.forward += t.forward;
    total.backward += t.backward;
    total.infer += t.infer;
}

}  // namespace

int main(int argc, char** argv) try {
    ThreadPool pool(argc > 1 ? std::atoi(argv[1]) : 0);
    const Isa isa = parse_isa(argc > 2 ? argv[2] : "best");
    const int n = argc > 3 ? std::atoi(argv[3]) : 64, repetitions = argc > 4 ? std::max(1, std::atoi(argv[4])) : 15;
    std::printf("threads %d, instruction set %s, batch %d, median of %d\n", pool.threads(), name(isa), n, repetitions);
    const Peaks peaks{bench::peak_flops(pool, isa), bench::peak_bandwidth(pool)};
    std::printf("measured peaks: %.0f GFLOP/s, %.1f GB/s\n", peaks.flops * 1e-9, peaks.bandwidth * 1e-9);
    std::printf("%-12s %22s %22s %22s\n%-12s", "", "forward", "backward", "infer", "layer");
    for (int i = 0; i < 3; ++i) std::printf(" %8s %7s %5s", "ms", "GFLOP/s", "roof");
    std::printf("\n");
    Passes total;
    run<block(1, 128, 16)>(pool, isa, n, repetitions, true, peaks, total);
    run<block(16, 64, 32)>(pool, isa, n, repetitions, false, peaks, total);
    run<block(32, 32, 64)>(pool, isa, n, repetitions, false, peaks, total);
    run<block(64, 16, 128)>(pool, isa, n, repetitions, false, peaks, total);
    print("all", total);
} catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
}
