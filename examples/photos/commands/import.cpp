// photos import: the weights of an ONNX model, as a model of a known network.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "examples/photos/commands/command.hpp"
#include "examples/photos/networks/model.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/export/onnx_graph.hpp"
#include "runtime/export/onnx_import.hpp"
#include "runtime/model/checkpoint.hpp"

namespace photos {

namespace {

struct ImportArguments {
    std::string file, network, out = "imported.safetensors";
};

/// What the metadata says under a key, where it is such a value.
template <class T> bool said(const OnnxModel& model, const std::string& key, T& value) {
    const auto found = model.metadata.find(key);
    if (found == model.metadata.end()) return false;
    try {
        value = nlohmann::json::parse(found->second).get<T>();
        return true;
    } catch (const nlohmann::json::exception&) {
        return false;
    }
}

/// Classes and normalisation as photos export writes them; numbers and the network's own where the model says nothing.
CheckpointInfo info_of(const OnnxModel& model, const KnownNetwork& network, int outputs) {
    CheckpointInfo info;
    if (network.normalise) info.normalise = *network.normalise;
    if (!said(model, "classes", info.classes) || std::ssize(info.classes) != outputs) {
        info.classes.clear();
        for (int i = 0; i < outputs; ++i) info.classes.push_back(std::to_string(i));
    }
    std::vector<float> mean, deviation;
    const std::size_t channels = network.shape.channels;
    if (said(model, "mean", mean) && said(model, "deviation", deviation) && mean.size() == channels &&
        deviation.size() == channels) {
        std::copy(mean.begin(), mean.end(), info.normalise.mean.begin());
        std::copy(deviation.begin(), deviation.end(), info.normalise.deviation.begin());
    }
    return info;
}

/// Throws tn::Error where the network is not the model's.
void import_as(const KnownNetwork& network, const OnnxModel& file, const InferenceGraph& graph, Networks& networks,
               const std::string& out) {
    const int outputs = graph.values[graph.output].channels;
    const auto models = networks.network(network);
    const auto model = models->inference_model();
    if (outputs < 2 || outputs > model->outputs())
        throw Error(fmt::format("has {} outputs, and the network 2 to {}", outputs, model->outputs()));
    model->active_outputs(outputs);
    import_weights(
        graph, [&] { return models->graph(*model); }, model->tensors());
    save_checkpoint(out, *model, info_of(file, network, outputs));
    fmt::print("{}: network {}, {} classes\n", escape_text(out), network.name, outputs);
}

int import_model(const ImportArguments& a) {
    const OnnxModel file = read_onnx(a.file);
    InferenceGraph graph;
    try {
        graph = onnx_graph(file);
    } catch (const Error& e) {
        throw Error(a.file + ": " + e.what());
    }
    Machine machine;
    machine.threads = 1;
    const auto networks = open_networks(machine);
    const Shape in = graph.values[0];
    std::string complaints;
    for (const KnownNetwork& network : known_networks()) {
        const PictureShape shape = network.shape;
        if (!a.network.empty() ? network.name != known_network(a.network).name
                               : in.channels != shape.channels || in.height != shape.height || in.width != shape.width)
            continue;
        try {
            import_as(network, file, graph, *networks, a.out);
            return 0;
        } catch (const Error& e) {
            complaints += fmt::format("; {}: {}", network.name, e.what());
        }
    }
    if (complaints.empty())
        complaints = fmt::format("; no network takes {} x {} x {}", in.channels, in.height, in.width);
    throw Error(a.file + ": fits no network" + complaints);
}

}  // namespace

Command add_import(CLI::App& program) {
    CLI::App* line = program.add_subcommand("import", "make a model of the weights of an ONNX model");
    const auto a = std::make_shared<ImportArguments>();
    line->add_option("file", a->file, "the ONNX model")->required();
    line->add_option("--network", a->network, "the network that it is of; without it, one that it fits");
    line->add_option("--out", a->out, "the model that is written")->capture_default_str();
    return {line, [a] { return import_model(*a); }};
}

}  // namespace photos
