// The methods of a convolution block beside each other, geometry by geometry: milliseconds of processor time on one
// thread, the least of some repetitions, beside what a model of the machine's peaks predicts (method_model.hpp),
// GFLOP/s counted as direct convolution, and the method that is chosen; then the choices that are more than a tenth
// worse than the best method, of a training step's two passes or of inference. Usage: methods [isa] [repetitions]
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <string>
#include <vector>

#include "bench/method_model.hpp"
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
    bench::Peaks peaks{};
    std::vector<std::string> worse{};  // the choices that are
};

/// Milliseconds.
struct Times {
    cpu::Method method;
    double training, infer;
};

std::string text(const BlockGeometry& g, int n) {
    const ConvGeometry& c = g.conv;
    std::array<char, 120> line{};
    std::snprintf(line.data(), line.size(), "%4d x %3d %4d -> %4d %d x %d/%d%s%s%s n %d", c.height, c.width, c.channels,
                  c.filters, c.kernel_h, c.kernel_w, c.stride, g.norm ? " bn" : "", g.relu ? " relu" : "",
                  g.pool() ? " pool" : "", n);
    return line.data();
}

template <BlockGeometry G, cpu::Method M> Times measure(const Setting& s, const char* name, int n) {
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
    const bench::MethodModel model(G, M, n);
    std::printf("%-46s %-9s%s", text(G, n).c_str(), name, M == cpu::method_of(G) ? "*" : " ");
    const auto print = [&](double ms, bench::Work predicted, double products) {
        std::printf(" %8.2f %7.2f %6.1f", ms, predicted.ms(s.peaks), products * flops / ms);
    };
    print(forward, model.forward(), 1);
    print(backward, model.backward(), 2);
    print(infer, model.infer(), 1);
    std::printf("\n");
    std::fflush(stdout);
    return {M, forward + backward, infer};
}

/// Notes the chosen method where it is more than a tenth worse than the best.
template <BlockGeometry G> void judge(Setting& s, int n, const std::vector<Times>& all) {
    const auto look = [&](const char* pass, double Times::*time) {
        const auto faster = [time](const Times& a, const Times& b) { return a.*time < b.*time; };
        const double best = (*std::min_element(all.begin(), all.end(), faster)).*time;
        for (const Times& t : all)
            if (t.method == cpu::method_of(G) && t.*time > 1.1 * best) {
                std::array<char, 160> line{};
                std::snprintf(line.data(), line.size(), "%s: %s, %.2f of the best", text(G, n).c_str(), pass,
                              t.*time / best);
                s.worse.emplace_back(line.data());
            }
    };
    look("training", &Times::training);
    look("inference", &Times::infer);
}

template <BlockGeometry G> void compare(Setting& s, int n) {
    constexpr ConvGeometry c = G.conv;
    std::vector<Times> all{measure<G, cpu::Method::direct>(s, "direct", n),
                           measure<G, cpu::Method::product>(s, "product", n)};
    if constexpr (c.stride == 1 && c.kernel_h == 3 && c.kernel_w == 3 && c.channels % 16 == 0 && c.filters % 16 == 0)
        all.push_back(measure<G, cpu::Method::winograd>(s, "winograd", n));
    if constexpr (cpu::method_of(G) == cpu::Method::stem) all.push_back(measure<G, cpu::Method::stem>(s, "stem", n));
    judge<G>(s, n, all);
}

constexpr BlockGeometry block(int channels, int side, int filters, int kernel, int stride, bool norm = true) {
    return {{channels, side, side, filters, kernel, kernel, stride, kernel / 2}, false, norm, true};
}

/// Products that stay in the L2 cache, and a copy that no cache holds.
bench::Peaks peaks_of(const Setting& s) {
    constexpr BlockGeometry product = block(256, 8, 256, 1, 1, false);
    const auto x = random_floats(product.conv.in_size(), 0), weight = random_floats(product.conv.weights(), 1);
    auto y = random_floats(product.y_size(), 2);
    using Block = cpu::ConvBlockBy<product, cpu::Method::product>;
    std::vector<float> work(Block::work_floats(1));
    const double product_ms = least_ms(50, [&] {
        Block::infer(
            s.pool, s.isa,
            {1, x.data(), weight.data(), nullptr, nullptr, nullptr, nullptr, nullptr, 0, y.data(), work.data()});
    });
    const std::vector<float> from(std::size_t{1} << 25);
    std::vector<float> to(from.size());
    const double copy_ms = least_ms(5, [&] { std::copy(from.begin(), from.end(), to.begin()); });
    return {1e-6 * product.conv.flops() / product_ms, 1e-6 * 8.0 * static_cast<double>(from.size()) / copy_ms};
}

}  // namespace

int main(int argc, char** argv) try {
    ThreadPool pool(1);
    Setting s{parse_isa(argc > 1 ? argv[1] : "best"), argc > 2 ? std::max(1, std::atoi(argv[2])) : 5, pool};
    s.peaks = peaks_of(s);
    std::printf("one thread: %.0f GFLOP/s, a copy of %.1f GB/s\n", s.peaks.flops, s.peaks.bytes);
    std::printf("%-57s %23s %23s %23s\n", "", "forward", "backward", "infer");
    std::printf("%-57s", "");
    for (int pass = 0; pass < 3; ++pass) std::printf(" %8s %7s %6s", "ms", "model", "GFLOPS");
    std::printf("\n");
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
    compare<block(128, 28, 512, 1, 1)>(s, 4);
    compare<block(512, 28, 128, 1, 1)>(s, 4);
    compare<block(64, 56, 256, 1, 1)>(s, 4);
    compare<block(384, 14, 64, 1, 1)>(s, 8);
    compare<block(96, 14, 576, 1, 1)>(s, 8);
    compare<block(160, 7, 960, 1, 1)>(s, 8);
    compare<block(960, 7, 320, 1, 1)>(s, 8);
    std::printf("choices more than a tenth worse than the best: %zu\n", s.worse.size());
    for (const std::string& line : s.worse) std::printf("  %s\n", line.c_str());
} catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
}
