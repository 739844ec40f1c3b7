// Times the four blocks of the reference network, pass by pass: milliseconds and GFLOP/s, medians.
// Usage: conv_block [threads] [isa] [batch] [repetitions]
#include "runtime/cpu/conv_block.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <vector>

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

struct Times {
    double forward = 0, backward = 0, infer = 0, flops = 0, backward_flops = 0;
};

void print(const char* name, const Times& t) {
    std::printf("%-14s %9.3f %7.1f %9.3f %7.1f %9.3f %7.1f\n", name, t.forward, t.flops / t.forward * 1e-6, t.backward,
                t.backward_flops / t.backward * 1e-6, t.infer, t.flops / t.infer * 1e-6);
}

template <BlockGeometry G>
void run(ThreadPool& pool, Isa isa, int n, int repetitions, bool first, Times& total) {
    using Block = cpu::ConvBlock<G>;
    const auto filters = std::size_t(G.conv.filters), samples = std::size_t(n);
    const auto x = random_floats(samples * G.conv.in_size(), 0), weight = random_floats(G.conv.weights(), 1),
               bias = random_floats(filters, 2), gamma = random_floats(filters, 3), beta = random_floats(filters, 4),
               dy = random_floats(samples * G.y_size(), 5);
    std::vector<float> y(dy.size()), saved(Block::saved_floats(n)), work(Block::work_floats(n)), mean(filters),
        variance(filters, 1.0f), dx(x.size()), dweight(weight.size()), dbias(filters), dgamma(filters), dbeta(filters);
    Times t;
    t.flops = samples * G.conv.flops();
    t.backward_flops = t.flops * (first ? 1 : 2);
    t.forward = median_ms(repetitions, [&] {
        Block::forward(pool, isa,
                       {n, x.data(), weight.data(), bias.data(), gamma.data(), beta.data(), y.data(), saved.data(),
                        work.data(), mean.data(), variance.data()});
    });
    t.backward = median_ms(repetitions, [&] {
        Block::backward(
            pool, isa,
            {n, x.data(), weight.data(), gamma.data(), beta.data(), dy.data(), saved.data(),
             first ? nullptr : dx.data(), dweight.data(), dbias.data(), dgamma.data(), dbeta.data(), work.data()});
    });
    t.infer = median_ms(repetitions, [&] {
        Block::infer(pool, isa,
                     {n, x.data(), weight.data(), bias.data(), gamma.data(), beta.data(), mean.data(), variance.data(),
                      1e-5f, y.data(), work.data()});
    });
    char name[32];
    std::snprintf(name, sizeof name, "%dx%d -> %d", G.conv.channels, G.conv.height, G.conv.filters);
    print(name, t);
    total.forward += t.forward;
    total.backward += t.backward;
    total.infer += t.infer;
    total.flops += t.flops;
    total.backward_flops += t.backward_flops;
}

}  // namespace

int main(int argc, char** argv) try {
    ThreadPool pool(argc > 1 ? std::atoi(argv[1]) : 0);
    const Isa isa = parse_isa(argc > 2 ? argv[2] : "best");
    const int n = argc > 3 ? std::atoi(argv[3]) : 64, repetitions = argc > 4 ? std::max(1, std::atoi(argv[4])) : 15;
    std::printf("threads %d, instruction set %s, batch %d, median of %d\n", pool.threads(), name(isa), n, repetitions);
    std::printf("%-14s %9s %7s %9s %7s %9s %7s\n", "layer", "forward", "GFLOP/s", "backward", "GFLOP/s", "infer",
                "GFLOP/s");
    Times total;
    run<block(1, 128, 16)>(pool, isa, n, repetitions, true, total);
    run<block(16, 64, 32)>(pool, isa, n, repetitions, false, total);
    run<block(32, 32, 64)>(pool, isa, n, repetitions, false, total);
    run<block(64, 16, 128)>(pool, isa, n, repetitions, false, total);
    print("all", total);
} catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
}
