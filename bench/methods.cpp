// The methods of a convolution block beside each other, geometry by geometry: milliseconds of processor time on one
// thread, the least of some repetitions, GFLOP/s counted as direct convolution, and the method that is chosen.
// Usage: methods [isa] [repetitions]
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <string>
#include <vector>

#include "runtime/core/random.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block.hpp"

namespace {

using namespace tn;

std::vector<float> random_floats(Index count, std::uint64_t index) {
    Random random(1, stream::initialise, index);
    std::vector<float> v(static_cast<std::size_t>(count));
    for (float& x : v) x = random.uniform(-1, 1);
    return v;
}

double seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

template <class F> double least_ms(int repetitions, const F& f) {
    f();
    double least = 1e30;
    for (int i = 0; i < repetitions; ++i) {
        const double start = seconds();
        f();
        least = std::min(least, seconds() - start);
    }
    return 1e3 * least;
}

struct Setting {
    Isa isa;
    int repetitions;
    ThreadPool& pool;
};

std::string text(const BlockGeometry& g, int n) {
    const ConvGeometry& c = g.conv;
    std::array<char, 120> line{};
    std::snprintf(line.data(), line.size(), "%4d x %3d %4d -> %4d %d x %d/%d%s%s%s n %d", c.height, c.width, c.channels,
                  c.filters, c.kernel_h, c.kernel_w, c.stride, g.norm ? " bn" : "", g.relu ? " relu" : "",
                  g.pool() ? " pool" : "", n);
    return line.data();
}

template <BlockGeometry G, cpu::Method M> void measure(const Setting& s, const char* name, int n) {
    using Block = cpu::ConvBlockBy<G, M>;
    const auto x = random_floats(n * G.conv.in_size(), 0), weight = random_floats(G.conv.weights(), 1),
               gamma = random_floats(G.conv.filters, 3), beta = random_floats(G.conv.filters, 4),
               dy = random_floats(n * G.y_size(), 5);
    auto y = random_floats(n * G.y_size(), 6), mean = random_floats(G.conv.filters, 7), dx = x, dweight = weight,
         dgamma = gamma, dbeta = beta;
    std::vector<float> saved(Block::saved_floats(n)), work(Block::work_floats(n)),
        variance(static_cast<std::size_t>(G.conv.filters), 1.0f);
    const double forward = least_ms(s.repetitions, [&] {
        Block::forward(s.pool, s.isa,
                       {n, x.data(), weight.data(), nullptr, gamma.data(), beta.data(), y.data(), saved.data(),
                        work.data(), mean.data(), variance.data(), 0.1f, 1e-5f});
    });
    const double backward = least_ms(s.repetitions, [&] {
        Block::backward(s.pool, s.isa,
                        {n, x.data(), weight.data(), gamma.data(), beta.data(), dy.data(), saved.data(), dx.data(),
                         dweight.data(), nullptr, dgamma.data(), dbeta.data(), work.data()});
    });
    std::fill(variance.begin(), variance.end(), 1.0f);
    const double infer = least_ms(s.repetitions, [&] {
        Block::infer(s.pool, s.isa,
                     {n, x.data(), weight.data(), nullptr, gamma.data(), beta.data(), mean.data(), variance.data(),
                      1e-5f, y.data(), work.data()});
    });
    const double flops = n * G.conv.flops() * 1e-6;
    std::printf("%-46s %-9s%s %8.2f %6.1f %8.2f %6.1f %8.2f %6.1f\n", text(G, n).c_str(), name,
                M == cpu::method_of(G) ? "*" : " ", forward, flops / forward, backward, 2 * flops / backward, infer,
                flops / infer);
    std::fflush(stdout);
}

template <BlockGeometry G> void compare(const Setting& s, int n) {
    constexpr ConvGeometry c = G.conv;
    measure<G, cpu::Method::direct>(s, "direct", n);
    measure<G, cpu::Method::product>(s, "product", n);
    if constexpr (c.stride == 1 && c.kernel_h == 3 && c.kernel_w == 3 && c.channels % 16 == 0 && c.filters % 16 == 0)
        measure<G, cpu::Method::winograd>(s, "winograd", n);
    if constexpr (cpu::method_of(G) == cpu::Method::stem) measure<G, cpu::Method::stem>(s, "stem", n);
}

constexpr BlockGeometry block(int channels, int side, int filters, int kernel, int stride, bool norm = true) {
    return {{channels, side, side, filters, kernel, kernel, stride, kernel / 2}, false, norm, true};
}

}  // namespace

int main(int argc, char** argv) try {
    ThreadPool pool(1);
    const Setting s{parse_isa(argc > 1 ? argv[1] : "best"), argc > 2 ? std::max(1, std::atoi(argv[2])) : 5, pool};
    std::printf("%-57s %15s %15s %15s\n", "", "forward", "backward", "infer");
    compare<block(16, 32, 16, 3, 1)>(s, 64);
    compare<block(64, 32, 64, 3, 1)>(s, 16);
    compare<block(128, 16, 128, 3, 1)>(s, 16);
    compare<block(256, 8, 256, 3, 1)>(s, 16);
    compare<block(512, 4, 512, 3, 1)>(s, 16);
    compare<block(512, 2, 512, 3, 1)>(s, 16);
    compare<block(512, 7, 512, 3, 1)>(s, 8);
    compare<block(3, 32, 64, 3, 1)>(s, 64);
    compare<block(3, 224, 64, 7, 2)>(s, 4);
    compare<block(3, 224, 32, 3, 2)>(s, 8);
    compare<block(16, 32, 32, 5, 1)>(s, 32);
    compare<block(64, 32, 128, 3, 2)>(s, 16);
    compare<block(64, 32, 128, 1, 2)>(s, 16);
    compare<block(16, 112, 96, 1, 1)>(s, 4);
    compare<block(96, 56, 24, 1, 1)>(s, 8);
    compare<block(32, 28, 192, 1, 1)>(s, 8);
    compare<block(192, 28, 32, 1, 1)>(s, 8);
    compare<block(384, 14, 64, 1, 1)>(s, 8);
    compare<block(96, 14, 576, 1, 1)>(s, 8);
    compare<block(160, 7, 960, 1, 1)>(s, 8);
    compare<block(960, 7, 320, 1, 1)>(s, 8);
} catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
}
