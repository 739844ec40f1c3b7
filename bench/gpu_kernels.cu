// What a GPU takes for the reference network: its training step by precision and batch, its memory against the
// constant, and every kernel's bytes and operations against what the device can do. Prints a JSON object a line, for
// bench/gpu. Usage: gpu_kernels [batch...], of 64 and 256.
#include <boost/core/demangle.hpp>
#include <cmath>
#include <cstdio>
#include <exception>
#include <map>
#include <set>
#include <string>
#include <typeinfo>
#include <vector>

#include "bench/median.hpp"
#include "bench/reference_network.hpp"
#include "dsl/typenet.hpp"
#include "runtime/cuda/device.cuh"
#include "runtime/model/model.hpp"
#include "runtime/train/graph_trainer.hpp"

using namespace tn;
using cuda::Precision;

template <int Samples> using Reference = bench::Reference<128, 4, Samples>;

/// Keeps the device busy for so many of its clocks.
__global__ void wait_clocks(long long clocks) {
    for (const long long begin = clock64(); clock64() - begin < clocks;) {
    }
}

/// Milliseconds between two moments of a stream.
class Stopwatch {
public:
    explicit Stopwatch(cudaStream_t stream) : stream_(stream) {
        cuda::check(cudaEventCreate(&begin_), "an event");
        cuda::check(cudaEventCreate(&end_), "an event");
    }
    ~Stopwatch() {
        cudaEventDestroy(begin_);
        cudaEventDestroy(end_);
    }
    template <class F> double ms(F f) {
        cuda::check(cudaEventRecord(begin_, stream_), "an event");
        f();
        cuda::check(cudaEventRecord(end_, stream_), "an event");
        cuda::check(cudaEventSynchronize(end_), "a kernel failed");
        float ms = 0;
        cuda::check(cudaEventElapsedTime(&ms, begin_, end_), "a time");
        return static_cast<double>(ms);
    }
    /// Of something short: the device waits until the host has handed over all of it.
    template <class F> double ms_of_device(F f) {
        wait_clocks<<<1, 1, 0, stream_>>>(60000);
        return ms(f);
    }

private:
    cudaStream_t stream_;
    cudaEvent_t begin_ = nullptr, end_ = nullptr;
};

/// What a kernel has to move and to compute: each value read or written once.
struct Work {
    std::string name;
    double bytes = 0, flops = 0;
};

constexpr double values(const ConvGeometry& c, int n) {
    return static_cast<double>(n) * static_cast<double>(c.out_size());
}
constexpr double inputs(const ConvGeometry& c, int n) {
    return static_cast<double>(n) * static_cast<double>(c.in_size());
}
constexpr double products(const ConvGeometry& c, int n) { return 2 * values(c, n) * c.channels * c.taps(); }
constexpr double outputs(const BlockGeometry& g, int n) {
    return static_cast<double>(n) * static_cast<double>(g.y_size());
}
std::string named(const char* what, const BlockGeometry& g) {
    const auto text = [](int v) { return std::to_string(v); };
    return std::string(what) + ", " + text(g.conv.channels) + " -> " + text(g.conv.filters) + " at " +
           text(g.conv.height) + " x " + text(g.conv.width);
}

/// Of other kernels just their types, without namespaces, up to where they differ.
template <class K> Work work_of(const K&) {
    std::string name = boost::core::demangle(typeid(K).name());
    for (const std::string space : {"tn::cuda::", "tn::"})
        for (std::size_t at; (at = name.find(space)) != name.npos;) name.erase(at, space.size());
    return {name.substr(0, 90), 0, 0};
}
template <BlockGeometry G, Precision P, class Z> Work work_of(const cuda::ConvForwardKernel<G, P, Z>& k) {
    const int n = k.product.n;
    return {named("convolution and statistics", G), 4 * inputs(G.conv, n) + sizeof(Z) * values(G.conv, n),
            products(G.conv, n)};
}
template <BlockGeometry G, class Z> Work work_of(const cuda::NormPoolForward<G, Z>& k) {
    return {named("norm, ReLU, pool", G), sizeof(Z) * values(G.conv, k.n) + 5 * outputs(G, k.n), 0};
}
template <BlockGeometry G, class Z> Work work_of(const cuda::GradientSums<G, Z>& k) {
    return {named("gradient sums", G), (sizeof(Z) + 5) * outputs(G, k.n), 0};
}
template <BlockGeometry G, class Z> Work gradient_of_z(int n) {
    return {named("gradient of z", G), 2 * sizeof(Z) * values(G.conv, n) + 5 * outputs(G, n), 0};
}
template <BlockGeometry G, class Z> Work work_of(const cuda::NormPoolBackward<G, Z>& k) {
    return gradient_of_z<G, Z>(k.of.n);
}
template <BlockGeometry G, class Z> Work work_of(const cuda::NormWindowsBackward<G, Z>& k) {
    return gradient_of_z<G, Z>(k.of.n);
}
template <BlockGeometry G, class Z> Work gradient_of_weights(int n) {
    return {named("gradient of the weights", G), 4 * inputs(G.conv, n) + sizeof(Z) * values(G.conv, n),
            products(G.conv, n)};
}
template <BlockGeometry G, Precision P, class Z> Work work_of(const cuda::WeightGradient<G, P, Z>& k) {
    return gradient_of_weights<G, Z>(k.n);
}
template <BlockGeometry G, Precision P, class Z> Work work_of(const cuda::PatchWeightGradient<G, P, Z>& k) {
    return gradient_of_weights<G, Z>(k.n);
}
template <BlockGeometry G, Precision P, class Z> Work work_of(const cuda::InputGradient<G, P, Z>& k) {
    const int n = k.product.n;
    return {named("gradient of the input", G), 4 * inputs(G.conv, n) + sizeof(Z) * values(G.conv, n),
            products(G.conv, n)};
}
template <BlockGeometry G, bool Own> Work work_of(const cuda::SumPatches<G, Own>& k) {
    const double places = values(G.conv, k.n) / G.conv.filters;
    return {named(Own ? "moments of patches" : "moments of patches of two channels", G), 4 * inputs(G.conv, k.n),
            2 * places * k.pairs * k.count};
}
template <BlockGeometry G> Work work_of(const cuda::StemForward<G>& k) {
    return {named("convolution, norm, ReLU, pool", G), 4 * inputs(G.conv, k.n) + 5 * outputs(G, k.n),
            products(G.conv, k.n)};
}
template <BlockGeometry G> Work work_of(const cuda::RoutedSums<G>& k) {
    return {named("gradient of the weights, routed", G), 4 * inputs(G.conv, k.n) + 5 * outputs(G, k.n),
            2 * outputs(G, k.n) * (k.depth + 1)};
}
template <class R, class S, std::size_t C, std::size_t States> Work work_of(const cuda::Update<R, S, C, States>& k) {
    return {"optimizer", (3 + 2 * States) * 4 * static_cast<double>(k.count), 0};
}

/// A GPU that takes the time of every kernel by itself.
class TimedGpu : public cuda::Gpu {
public:
    explicit TimedGpu(Precision p) : Gpu(p), watch_(stream()) {}

    template <class Kernel> void launch(const Kernel& kernel, int blocks, int threads) {
        note(work_of(kernel), watch_.ms_of_device([&] { Gpu::launch(kernel, blocks, threads); }));
    }
    bool multiply(const cuda::Product& p) {
        bool all = false;
        const double ms = watch_.ms_of_device([&] { all = Gpu::multiply(p); });
        const double m = p.m, n = p.n, k = p.k;
        note({"cuBLAS, " + std::to_string(p.m) + " x " + std::to_string(p.k) + " x " + std::to_string(p.n),
              4 * p.batch * (m * k + k * n + m * n), 2 * p.batch * m * n * k},
             ms);
        return all;
    }

    struct Seen {
        Work work;
        std::vector<double> ms;
    };
    std::map<std::string, Seen>& seen() { return seen_; }

private:
    void note(const Work& work, double ms) {
        Seen& s = seen_[work.name];
        s.work = work;
        s.ms.push_back(ms);
    }

    Stopwatch watch_;
    std::map<std::string, Seen> seen_;
};

template <class M> void fill(M& model) {
    Random random(1, 1000);
    for (float& v : model.input()) v = random.normal();
    for (int& label : model.labels()) label = random.below(3);
}

Pictures noise(int count) {
    Pictures p;
    p.shape = {1, 128, 128};
    Random random(2, 1000);
    for (int i = 0; i < count; ++i) p.labels.push_back(i % 3);
    p.pixels.resize(count * p.shape.size());
    for (auto& v : p.pixels) v = static_cast<std::uint8_t>(random.below(256));
    return p;
}

void print_step(const char* program, Precision p, int batch, double ms) {
    std::printf("{\"kind\": \"step\", \"program\": \"%s\", \"precision\": \"%s\", \"batch\": %d, \"ms\": %.5f}\n",
                program, name(p), batch, ms);
    std::fflush(stdout);
}

template <Precision P, int Samples> void steps() {
    using Device = cuda::DeviceOf<P>;
    using N = Reference<Samples>;
    using M = Model<N, Adam, Device>;
    Device device;
    const std::size_t before = cuda::free_bytes();
    M model(device);
    std::printf("{\"kind\": \"memory\", \"precision\": \"%s\", \"batch\": %d, \"constant\": %zu, \"measured\": %zu}\n",
                name(P), Samples, N::template train_bytes<Adam, Device>, before - cuda::free_bytes());
    Stopwatch watch(device.gpu().stream());
    {
        fill(model);
        model.train(Samples, Adam{.rate = 3e-4f});
        const auto rule = Adam{.rate = 3e-4f}.rule(1000);
        const auto time = [&](const char* program) {
            const auto graph = device.gpu().record([&] { model.engine().enqueue_step(Samples, rule, 0); });
            for (int i = 0; i < 20; ++i) device.gpu().replay(graph);
            print_step(program, P, Samples, bench::median(9, [&] {
                           return watch.ms([&] {
                               for (int i = 0; i < 50; ++i) device.gpu().replay(graph);
                           }) / 50;
                       }));
        };
        time("typenet");
        if (device.gpu().overlaps()) {
            device.gpu().overlap(false);
            time("typenet, launches in turn");
            device.gpu().overlap(true);
        }
    }
    LoaderOptions loading;
    loading.batch = Samples;
    loading.augmentation = Augmentation::strong();
    constexpr int steps_an_epoch = 32;
    const Pictures pictures = noise(steps_an_epoch * Samples);
    cuda::GraphTrainer trainer(device, model, pictures, loading, 0);
    const std::vector<Adam> optimizers(64, Adam{.rate = 3e-4f});
    std::uint64_t step = 0;
    const auto epoch = [&] { step += trainer.run(step, optimizers).count; };
    for (int i = 0; i < 5; ++i) epoch();
    print_step("typenet with data", P, Samples,
               bench::median(9, [&] { return watch.ms([&] { epoch(); }) / steps_an_epoch; }));
    print_step("typenet, inference", P, Samples,
               bench::median(9, [&] { return watch.ms([&] { model.predict(Samples); }); }));
}

template <Precision P> void kernels() {
    using Device = cuda::BasicDevice<TimedGpu, P>;
    Device device;
    Model<Reference<64>, Adam, Device> model(device);
    fill(model);
    constexpr int runs = 12;
    for (int i = 0; i < runs; ++i) model.train(64, Adam{.rate = 3e-4f});
    for (auto& [name_of, seen] : device.gpu().seen()) {
        const double us = 1e3 * bench::median(static_cast<int>(seen.ms.size()) - 2,
                                              [&, i = std::size_t{2}]() mutable { return seen.ms[i++]; });
        std::printf(
            "{\"kind\": \"kernel\", \"precision\": \"%s\", \"name\": \"%s\", \"launches\": %zu, \"us\": %.3f, "
            "\"bytes\": %.0f, \"flops\": %.0f}\n",
            name(P), name_of.c_str(), seen.ms.size() / runs, us, seen.work.bytes, seen.work.flops);
    }
}

/// What the device copies a second, read and written bytes counted, and multiplies and adds a second by cuBLAS.
template <Precision P> void peak() {
    cuda::Gpu gpu(P);
    Stopwatch watch(gpu.stream());
    const std::size_t bytes = std::size_t{512} << 20;
    const int side = 8192;
    void *from = nullptr, *to = nullptr;
    cuda::check(cudaMalloc(&from, bytes), "memory");
    cuda::check(cudaMalloc(&to, bytes), "memory");
    // Products of zeros take less power, and so less time.
    Random random(3, 1000);
    std::vector<float> noise(std::size_t{1} << 20);
    for (float& v : noise) v = random.normal();
    for (std::size_t at = 0; at < bytes; at += noise.size() * sizeof(float))
        gpu.upload(static_cast<std::byte*>(from) + at, noise.data(), noise.size() * sizeof(float));
    const double copy = bench::median(9, [&] {
        return watch.ms(
            [&] { cuda::check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, gpu.stream()), "a copy"); });
    });
    auto* a = static_cast<float*>(from);
    cuda::Product product{false, false, side, side, side, a, a, side, side, side, static_cast<float*>(to)};
    gpu.multiply(product);
    const double multiply = bench::median(5, [&] { return watch.ms([&] { gpu.multiply(product); }); });
    cudaFree(from);
    cudaFree(to);
    std::printf("{\"kind\": \"peak\", \"precision\": \"%s\", \"bandwidth\": %.0f, \"flops\": %.0f}\n", name(P),
                2e3 * static_cast<double>(bytes) / copy, 2e3 * std::pow(side, 3) / multiply);
}

template <Precision P> void all(const std::set<int>& batches) {
    peak<P>();
    kernels<P>();
    if (batches.contains(64)) steps<P, 64>();
    if (batches.contains(256)) steps<P, 256>();
}

int main(int argc, char** argv) try {
    std::set<int> batches;
    for (int i = 1; i < argc; ++i) batches.insert(std::atoi(argv[i]));
    if (batches.empty()) batches = {64, 256};
    for (const int batch : batches)
        if (batch != 64 && batch != 256) throw Error("a batch is 64 or 256 here");
    all<Precision::fp32>(batches);
    all<Precision::tf32>(batches);
    all<Precision::bf16>(batches);
} catch (const std::exception& e) {
    std::fprintf(stderr, "error: %s\n", e.what());
    return 1;
}
