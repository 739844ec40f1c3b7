#include "examples/photos/run/choose_network.hpp"

#include "examples/photos/data/colour.hpp"
#include "examples/photos/run/run_stage.hpp"
#include "examples/photos/weights/kept_weights.hpp"
#include "runtime/core/error.hpp"
#include "runtime/model/checkpoint.hpp"
#include "runtime/model/pretrained.hpp"

namespace photos {

namespace {

const KnownNetwork& network_of_weights(const std::string& path) {
    const std::vector<NamedTensor> file = read_weights_file(path);
    for (const KnownNetwork& n : known_networks())
        if (fits_names(file, n.tensor_names)) return n;
    throw Error(path +
                ": has the weights of no known network, or not all: name it by --network, to be told what is missing");
}

ChosenNetwork network_of_run(const std::string& path) {
    const CheckpointInfo info = checkpoint_info(Safetensors(path), path);
    const auto stages = stage_of(info.more, path);
    if (stages && stages->stage == Stage::ended)
        throw Error(path +
                    ": its run has ended, and all of it is in the model: photos test tests it; for a longer run train "
                    "anew, without --resume");
    return {&network_of(info.description, path), "that of the model", stages ? stages->weights : ""};
}

}  // namespace

ChosenNetwork choose_network(const NetworkOptions& options, const std::filesystem::path& model,
                             const std::filesystem::path& folder, const Networks& networks) {
    if (!model.empty()) return network_of_run(model.string());
    if (!options.network.empty()) return {&known_network(options.network), "as asked for", options.pretrained};
    if (!options.pretrained.empty())
        return {&network_of_weights(options.pretrained), "whose weights these are", options.pretrained};
    const bool coloured = !folder.empty() && folder_is_in_colour(folder);
    for (const KnownNetwork& n : known_networks())
        if (coloured && networks.has(n) && std::filesystem::exists(kept_weights(n.name)))
            return {&n, "since the photographs are in colour and its weights are kept", kept_weights(n.name)};
    if (coloured) {
        const KnownNetwork& deep = known_network("colour-deep-128");
        return {networks.has(deep) ? &deep : &known_network("colour-128"), "since the photographs are in colour", {}};
    }
    return {&known_network("grey-128"), "since the photographs are grey", {}};
}

}  // namespace photos
