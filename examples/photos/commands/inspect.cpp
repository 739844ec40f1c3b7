// photos inspect: what a model file holds, and what this machine would need to train it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>

#include "examples/photos/commands/command.hpp"
#include "examples/photos/networks/model.hpp"
#include "examples/photos/networks/networks.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/data/fit_names.hpp"
#include "runtime/data/image.hpp"
#include "runtime/model/checkpoint.hpp"

namespace photos {

namespace {

struct InspectArguments {
    Machine machine;
    std::string model = "photos-run/model.safetensors";
};

void print_info(const CheckpointInfo& info, const KnownNetwork& network) {
    fmt::print("network   {}\nstep      {}\nseed      {}\nclasses   {}:", escape_text(info.description), info.step,
               info.seed, info.classes.size());
    for (const std::string& name : info.classes) fmt::print(" {}", escape_text(name));
    fmt::print("\nground    {}", to_text(ground_of(info)));
    fmt::print("\nfit       {}", to_text(fit_of(info, network)));
    fmt::print("\nmean      {}  deviation {}\n", info.normalise.mean[0], info.normalise.deviation[0]);
}

bool begins(const std::string& name, const char* prefix) { return name.rfind(prefix, 0) == 0; }

/// Prints the tensors that predict, and counts the optimizer's. What averaged weights are the mean of, and the last
/// epoch beside the best one, is left out.
void print_tensors(const Safetensors& file) {
    int optimizer = 0;
    for (const auto& t : file.tensors()) {
        if (begins(t.name, "optimizer.")) ++optimizer;
        if (begins(t.name, "optimizer.") || begins(t.name, "training.") || begins(t.name, "last.")) continue;
        std::string shape;
        for (auto extent : t.shape) shape += fmt::format("{}{}", shape.empty() ? "" : "x", extent);
        if (!t.bytes.empty()) {
            fmt::print("  {:<24} {:<16} {}\n", escape_text(t.name), shape, t.dtype);
            continue;
        }
        double squares = 0;
        for (float v : t.data) squares += static_cast<double>(v) * v;
        fmt::print("  {:<24} {:<16} root mean square {:.5f}\n", escape_text(t.name), shape,
                   std::sqrt(squares / static_cast<double>(std::max<std::size_t>(t.data.size(), 1))));
    }
    fmt::print("{} tensors of the optimizer, to go on training\n", optimizer);
}

int inspect(const InspectArguments& a) {
    const auto networks = open_networks(a.machine);
    const Safetensors file(a.model);
    const CheckpointInfo info = checkpoint_info(file, a.model);
    const KnownNetwork& network = network_of(info.description, a.model);
    const auto models = networks->network(network);
    fmt::print("{}: {}\n", network.name, network.purpose);
    print_info(info, network);
    print_tensors(file);
    fmt::print("pictures  {}\nmachine   {}\n", picture_decoders(), networks->describe());
    for (const BuiltBatch& b : models->batches())
        fmt::print("  training in batches of up to {:<4} needs {}{}\n", b.batch, format_bytes(b.bytes),
                   b.parts > 1 ? fmt::format(", in {} parts", b.parts) : "");
    fmt::print("  {} are free\n\n{}", format_bytes(networks->free_bytes()), format(models->kernels()));
    return 0;
}

}  // namespace

Command add_inspect(CLI::App& program) {
    CLI::App* line = program.add_subcommand("inspect", "print what a model is");
    const auto a = std::make_shared<InspectArguments>();
    line->add_option("--model", a->model, "the model")->capture_default_str();
    add_machine_options(*line, a->machine);
    return {line, [a] { return inspect(*a); }};
}

}  // namespace photos
