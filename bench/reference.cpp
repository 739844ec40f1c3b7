// Times the reference network: blocks of Conv 3x3, BN, Relu and Pool<2> with 16, 32, 64 .. filters on a grey image,
// then Dense<128>, Relu, Dense<3>; Adam 3e-4, fp32. Prints a `name value` pair a line; times are medians of the steps.
// Usage: reference [threads] [batch] [steps]; compiled with TN_SIDE, TN_BLOCKS and TN_BATCH, the largest batch.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <exception>
#include <runtime/model/model.hpp>

#include "bench/median.hpp"
#include "reference_network.hpp"

using namespace tn;
using Reference = bench::Reference<TN_SIDE, TN_BLOCKS, TN_BATCH>;

int main(int argc, char** argv) try {
    const auto number = [&](int i, int otherwise) { return argc > i ? std::atoi(argv[i]) : otherwise; };
    const int batch = number(2, TN_BATCH), steps = std::max(1, number(3, 15));
    cpu::Device device(number(1, 0));
    fmt::print("device {}\n", device.describe());
    const auto fill = [](auto& model) {
        Random random(1, 1000);
        for (float& v : model.input()) v = random.normal();
        for (int& label : model.labels()) label = random.below(3);
    };
    {
        Model<Reference, Adam> model(device);
        fill(model);
        const double ms = bench::median_ms(steps, 2, [&] { model.train(batch, Adam{.rate = 3e-4f}); });
        fmt::print("train_step_ms {:.3f}\n", ms);
    }
    Model<Reference> model(device);
    fill(model);
    fmt::print("infer_batch_ms {:.3f}\n", bench::median_ms(steps, 2, [&] { model.predict(batch); }));
    fmt::print("infer_one_ms {:.4f}\n", bench::median_ms(std::max(steps, 200), 2, [&] { model.predict(1); }));
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    fmt::print("peak_memory_mb {:.1f}\n", static_cast<double>(usage.ru_maxrss) / 1024);
    fmt::print("train_arena_mb {:.1f}\n", static_cast<double>(Reference::train_bytes<Adam>) / (1 << 20));
    fmt::print("infer_arena_mb {:.1f}\n", static_cast<double>(Reference::infer_bytes) / (1 << 20));
} catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 1;
}
