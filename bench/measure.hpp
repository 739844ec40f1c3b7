// Times a network: a training step with Adam, inference of a batch and of one image, in milliseconds, medians; and the
// memory of the process. Prints a `name value` pair a line.
#pragma once

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <dsl/typenet.hpp>
#include <runtime/model/model.hpp>

#include "bench/median.hpp"

namespace bench {

template <class Network> void measure(tn::cpu::Device& device, int batch, int steps) {
    fmt::print("device {}\n", device.describe());
    const auto fill = [](auto& model) {
        tn::Random random(1, 1000);
        for (float& v : model.input()) v = random.normal();
        const int classes = Network::output.channels;
        for (int& label : model.labels()) label = random.below(classes);
    };
    {
        tn::Model<Network, tn::Adam> model(device);
        fill(model);
        fmt::print("train_step_ms {:.3f}\n", median_ms(steps, 2, [&] { model.train(batch, tn::Adam{.rate = 3e-4f}); }));
    }
    tn::Model<Network> model(device);
    fill(model);
    fmt::print("infer_batch_ms {:.3f}\n", median_ms(steps, 2, [&] { model.predict(batch); }));
    fmt::print("infer_one_ms {:.4f}\n", median_ms(std::max(2 * steps, 20), 2, [&] { model.predict(1); }));
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    fmt::print("peak_memory_mb {:.1f}\n", static_cast<double>(usage.ru_maxrss) / 1024);
    fmt::print("train_arena_mb {:.1f}\n", static_cast<double>(Network::template train_bytes<tn::Adam>) / (1 << 20));
    fmt::print("infer_arena_mb {:.1f}\n", static_cast<double>(Network::infer_bytes) / (1 << 20));
}

}  // namespace bench
