// Times every step of the reference network, pass by pass: milliseconds (medians), GFLOP/s counted as direct
// convolution and the share of this machine's roofline, the least time that a pass needs at the measured peaks over the
// time taken.
//
// `roof` counts the products of the method that is used (and the first layer's moments, which take the place of its
// statistics), and every tensor that must be read or written once: x, y, the parameters, the gradients, and what
// forward leaves for backward. Other statistics, Winograd's transforms, maxima, changes of layout and second readings
// of a tensor are not counted as needed. `direct` counts the products of direct convolution instead and the same
// bytes: it can exceed 100 %.
// Usage: conv_block [threads] [isa] [batch] [repetitions]
#include "runtime/cpu/conv_block.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "bench/machine.hpp"
#include "bench/median.hpp"
#include "dsl/layers/dense.hpp"
#include "dsl/loss/softmax_cross_entropy.hpp"
#include "dsl/optim/adam.hpp"
#include "runtime/core/random.hpp"
#include "runtime/cpu/device.hpp"
#include "runtime/model/update.hpp"

namespace {

using namespace tn;

constexpr BlockGeometry block(int channels, int size, int filters) {
    return {{channels, size, size, filters, 3, 3, 1, 1}, true, true, true, 2, 2};
}

/// At multiples of 64 bytes, as in a network's arena.
template <class T> struct Aligned {
    using value_type = T;
    static constexpr std::align_val_t alignment{64};

    T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), alignment)); }
    void deallocate(T* p, std::size_t) { ::operator delete(p, alignment); }
    bool operator==(const Aligned&) const = default;
};
using Floats = std::vector<float, Aligned<float>>;

Floats random_floats(std::size_t count, std::uint64_t index) {
    Random random(1, stream::initialise, index);
    Floats v(count);
    for (float& x : v) x = random.uniform(-1, 1);
    return v;
}

/// Where and how long to measure, and what the machine can do.
struct Bench {
    cpu::Device& device;
    int n, repetitions;
    double peak_flops, peak_bandwidth;

    template <class F> double ms(F&& f) const { return bench::median_ms(repetitions, 1, f); }
};

/// One pass: its time, its work done directly, and the least times of both counts.
struct Pass {
    double ms = 0, flops = 0, least_ms = 0, least_direct_ms = 0;

    Pass() = default;
    Pass(const Bench& b, double ms, double flops, double needed_flops, double floats) : ms(ms), flops(flops) {
        const double moved = 4 * floats / b.peak_bandwidth;
        least_ms = 1e3 * std::max(needed_flops / b.peak_flops, moved);
        least_direct_ms = 1e3 * std::max(flops / b.peak_flops, moved);
    }
    Pass& operator+=(const Pass& o) {
        ms += o.ms;
        flops += o.flops;
        least_ms += o.least_ms;
        least_direct_ms += o.least_direct_ms;
        return *this;
    }
};

/// A step that has no such pass leaves it empty.
struct Passes {
    Pass forward, backward, infer;

    Passes& operator+=(const Passes& o) {
        forward += o.forward;
        backward += o.backward;
        infer += o.infer;
        return *this;
    }
};

void print(const std::string& name, const Passes& p) {
    std::printf("%-13s", name.c_str());
    for (const Pass& pass : {p.forward, p.backward, p.infer})
        if (pass.ms > 0)
            std::printf(" %8.3f %6.1f %4.0f%% %5.0f%%", pass.ms, pass.flops / pass.ms * 1e-6,
                        100 * pass.least_ms / pass.ms, 100 * pass.least_direct_ms / pass.ms);
        else
            std::printf("%28s", "");
    std::printf("\n");
}

/// Multiplications and additions of a block's passes by its method, from those of direct convolution forward.
struct Needed {
    double forward, backward, infer;
};

template <BlockGeometry G> constexpr Needed needed(double direct, double samples, bool first) {
    const double gradients = first ? 1 : 2;
    switch (cpu::method_of(G)) {
        case cpu::Method::winograd: {
            const cpu::WinogradPlan p(G);
            const double flops =
                direct * (cpu::frequencies * p.rows * p.columns) / (9.0 * static_cast<double>(G.conv.out_plane()));
            return {flops, gradients * flops, flops};
        }
        case cpu::Method::stem: {
            // 16 products for 2 x 2 outputs instead of 36; the moments in double, at half the speed, 13 for a channel
            // by itself and 25 with another; backward 9 for a window, and for dx all of them directly.
            const double windows = direct * 16 / 36, c = G.conv.channels;
            const double moments =
                samples * static_cast<double>(G.conv.in_plane()) * (13 * c + 25 * c * (c - 1) / 2) * 4;
            return {windows + moments, direct / 4 + (first ? 0 : windows + direct), windows};
        }
        default: return {direct, gradients * direct, direct};
    }
}

template <BlockGeometry G> Passes run_block(const Bench& b, bool first) {
    using Block = cpu::ConvBlock<G>;
    const int n = b.n;
    ThreadPool& pool = b.device.threads();
    const Isa isa = b.device.isa();
    const auto filters = std::size_t(G.conv.filters), samples = std::size_t(n);
    const auto x = random_floats(samples * G.conv.in_size(), 0), weight = random_floats(G.conv.weights(), 1),
               bias = random_floats(filters, 2), gamma = random_floats(filters, 3), beta = random_floats(filters, 4),
               dy = random_floats(samples * G.y_size(), 5);
    Floats y(dy.size()), saved(Block::saved_floats(n)), work(Block::work_floats(n)), mean(filters),
        variance(filters, 1.0f), dx(x.size()), dweight(weight.size()), dbias(filters), dgamma(filters), dbeta(filters);
    const double forward_ms = b.ms([&] {
        Block::forward(pool, isa,
                       {n, x.data(), weight.data(), bias.data(), gamma.data(), beta.data(), y.data(), saved.data(),
                        work.data(), mean.data(), variance.data(), 0.1f, 1e-5f});
    });
    const double backward_ms = b.ms([&] {
        Block::backward(
            pool, isa,
            {n, x.data(), weight.data(), gamma.data(), beta.data(), dy.data(), saved.data(),
             first ? nullptr : dx.data(), dweight.data(), dbias.data(), dgamma.data(), dbeta.data(), work.data()});
    });
    const double infer_ms = b.ms([&] {
        Block::infer(pool, isa,
                     {n, x.data(), weight.data(), bias.data(), gamma.data(), beta.data(), mean.data(), variance.data(),
                      1e-5f, y.data(), work.data()});
    });
    const double flops = n * G.conv.flops();
    const Needed products = needed<G>(flops, n, first);
    // What backward reads of forward's: z, or a byte for each y.
    const double kept = cpu::method_of(G) == cpu::Method::stem ? static_cast<double>(y.size()) / 4
                                                               : static_cast<double>(samples * G.conv.out_size());
    const auto size = [](const Floats& v) { return static_cast<double>(v.size()); };
    return {Pass(b, forward_ms, flops, products.forward, size(x) + size(y) + kept),
            Pass(b, backward_ms, flops * (first ? 1 : 2), products.backward,
                 size(x) + size(dy) + kept + (first ? 0 : size(dx))),
            Pass(b, infer_ms, flops, products.infer, size(x) + size(y))};
}

template <Shape In, int Outputs> Passes run_dense(const Bench& b) {
    using Kernel = KernelFor<cpu::Device, Dense<Outputs>::operation>;
    constexpr int inputs = static_cast<int>(In.size()), outputs = Outputs;
    const auto samples = std::size_t(b.n), in = std::size_t(inputs), out = std::size_t(outputs);
    auto x = random_floats(samples * in, 0), weight = random_floats(in * out, 1), bias = random_floats(out, 2),
         dy = random_floats(samples * out, 3);
    Floats y(dy.size()), dx(x.size()), dweight(weight.size()), dbias(out),
        work(std::max(Kernel::work(In, b.n), Kernel::backward_work(In, b.n)));
    tn::Pass<float> pass;
    pass.n = b.n;
    pass.in = In;
    pass.work = work.data();
    pass.out = Shape{outputs, 1, 1, true};
    pass.x = x.data();
    pass.y = y.data();
    pass.dy = dy.data();
    pass.dx = dx.data();
    pass.parameter = {weight.data(), bias.data()};
    pass.gradient = {dweight.data(), dbias.data()};
    const double forward_ms = b.ms([&] { Kernel::template forward<In>(b.device, pass); });
    const double backward_ms = b.ms([&] { Kernel::template backward<In>(b.device, pass); });
    const double flops = 2.0 * b.n * inputs * outputs;
    const auto size = [](const Floats& v) { return static_cast<double>(v.size()); };
    const Pass forward(b, forward_ms, flops, flops, size(x) + size(weight) + size(y));
    return {forward, Pass(b, backward_ms, 2 * flops, 2 * flops, size(x) + size(dx) + 2 * size(weight) + size(dy)),
            forward};
}

/// A sample's exponentials and logarithm are counted as one operation each.
Passes run_loss(const Bench& b, int outputs) {
    const auto samples = std::size_t(b.n), out = std::size_t(outputs);
    const auto x = random_floats(samples * out, 0);
    Floats dx(x.size()), loss(samples);
    std::vector<int> label(samples, 1);
    std::vector<unsigned char> correct(samples);
    LossPass<float> pass;
    pass.n = b.n;
    pass.outputs = pass.active = outputs;
    pass.x = x.data();
    pass.label = label.data();
    pass.dx = dx.data();
    pass.loss = loss.data();
    pass.correct = correct.data();
    const double ms = b.ms([&] { b.device.for_ranges(b.n, LossPart<SoftmaxCrossEntropy, float>{pass}); });
    const double flops = b.n * (10.0 * outputs + 1);
    return {{}, Pass(b, ms, flops, flops, static_cast<double>(2 * x.size() + 2 * samples)), {}};
}

/// One step over all parameters.
Passes run_adam(const Bench& b, std::size_t count) {
    auto w = random_floats(count, 0), g = random_floats(count, 1);
    Floats first(count), second(count);
    const auto rule = Adam{}.rule(1);
    const std::array<TensorSpan, 1> whole{TensorSpan{0, static_cast<std::uint32_t>(count), {}}};
    const float clip = 1;
    const std::array<float*, 2> states{first.data(), second.data()};
    const double ms = b.ms(
        [&] { UpdateKernel<cpu::Device>::run(b.device, rule, 0.0f, whole, &clip, count, w.data(), g.data(), states); });
    const double flops = 13.0 * static_cast<double>(count);
    return {{}, Pass(b, ms, flops, flops, 7.0 * static_cast<double>(count)), {}};
}

}  // namespace

int main(int argc, char** argv) try {
    const Isa isa = parse_isa(argc > 2 ? argv[2] : "best");
    cpu::Device device(argc > 1 ? std::atoi(argv[1]) : 0, isa);
    const int n = argc > 3 ? std::atoi(argv[3]) : 64, repetitions = argc > 4 ? std::max(1, std::atoi(argv[4])) : 15;
    std::printf("%s, batch %d, median of %d\n", device.describe().c_str(), n, repetitions);
    const Bench b{device, n, repetitions, bench::peak_flops(device.threads(), isa),
                  bench::peak_bandwidth(device.threads())};
    std::printf("measured peaks: %.0f GFLOP/s, %.1f GB/s\n", b.peak_flops * 1e-9, b.peak_bandwidth * 1e-9);
    std::printf("%-13s %27s %27s %27s\n%-13s", "", "forward", "backward", "infer", "layer");
    for (int i = 0; i < 3; ++i) std::printf(" %8s %6s %5s %6s", "ms", "GF/s", "roof", "direct");
    std::printf("\n");
    Passes total;
    const auto row = [&total](const char* name, const Passes& p) {
        print(name, p);
        total += p;
    };
    row("1x128 -> 16", run_block<block(1, 128, 16)>(b, true));
    row("16x64 -> 32", run_block<block(16, 64, 32)>(b, false));
    row("32x32 -> 64", run_block<block(32, 32, 64)>(b, false));
    row("64x16 -> 128", run_block<block(64, 16, 128)>(b, false));
    row("8192 -> 128", run_dense<Vector<8192>, 128>(b));
    row("128 -> 3", run_dense<Vector<128>, 3>(b));
    row("cross-entropy", run_loss(b, 3));
    const std::size_t convolutions = 144 + 4608 + 18432 + 73728 + 3 * (16 + 32 + 64 + 128);
    row("Adam", run_adam(b, convolutions + 8193 * 128 + 129 * 3));
    print("all", total);
} catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
}
