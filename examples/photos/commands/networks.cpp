// photos networks: which networks there are to choose from.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "examples/photos/commands/command.hpp"
#include "examples/photos/networks/known_network.hpp"
#include "examples/photos/weights/kept_weights.hpp"
#include "runtime/core/escape_text.hpp"

namespace photos {

namespace {

int list_networks() {
    fmt::print("{:<20} {:<14} {:>10} {:>16} {:>17}  for\n", "network", "photographs", "parameters", "memory to train",
               "memory to answer");
    for (const KnownNetwork& n : known_networks()) {
        const auto& [channels, height, width] = n.shape;
        fmt::print("{:<20} {:<14} {:>10} {:>16} {:>17}  {}\n", n.name,
                   fmt::format("{} x {} x {}", channels, height, width), n.parameters, format_bytes(n.train_bytes),
                   format_bytes(n.infer_bytes), n.purpose);
        if (const auto kept = kept_weights(n.name); std::filesystem::exists(kept))
            fmt::print("{:<20} weights are kept in {}\n", "", escape_text(kept.string()));
    }
    fmt::print("Memory is on the CPU, in the smallest batches that each was compiled for.\n");
    return 0;
}

}  // namespace

Command add_networks(CLI::App& program) {
    CLI::App* line = program.add_subcommand("networks", "list the networks that train can be told to take");
    return {line, list_networks};
}

}  // namespace photos
