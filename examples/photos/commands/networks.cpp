// photos networks: which networks there are to choose from.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "examples/photos/commands/command.hpp"
#include "examples/photos/networks/known_network.hpp"
#include "examples/photos/weights/kept_weights.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/report/memory_chart.hpp"

namespace photos {

namespace {

/// What training in less memory computes again; nothing of a network that takes hardly any.
void print_memory_curve(const KnownNetwork& n) {
    const auto rows = memory_curve_rows(n.memory_curve);
    if (rows.size() < 2) return;
    fmt::print("{:<20} in batches of {}: memory to train  extra work\n", "", n.train_batch);
    for (const auto& [bytes, work] : rows) fmt::print("{:>52}  {}\n", bytes, work);
}

int list_networks(bool verbose) {
    fmt::print("{:<20} {:<14} {:>10} {:>16} {:>17}  for\n", "network", "photographs", "parameters", "memory to train",
               "memory to answer");
    for (const KnownNetwork& n : known_networks()) {
        const auto& [channels, height, width] = n.shape;
        fmt::print("{:<20} {:<14} {:>10} {:>16} {:>17}  {}\n", n.name,
                   fmt::format("{} x {} x {}", channels, height, width), n.parameters, format_bytes(n.train_bytes),
                   format_bytes(n.infer_bytes), n.purpose);
        if (const auto kept = kept_weights(n.name); std::filesystem::exists(kept))
            fmt::print("{:<20} weights are kept in {}\n", "", escape_text(kept.string()));
        if (verbose) print_memory_curve(n);
    }
    fmt::print("Memory is on the CPU, in the smallest batches that each was compiled for.\n");
    if (verbose)
        fmt::print(
            "Within less memory (Within<...> in the network's type) layers are computed again in backward, or a batch "
            "is taken in parts: so much more work than a step has.\n");
    return 0;
}

}  // namespace

Command add_networks(CLI::App& program) {
    CLI::App* line = program.add_subcommand("networks", "list the networks that train can be told to take");
    const auto verbose = std::make_shared<bool>(false);
    line->add_flag("--verbose", *verbose, "also what training each in less memory would cost");
    return {line, [verbose] { return list_networks(*verbose); }};
}

}  // namespace photos
