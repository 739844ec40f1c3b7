// photos export: a model for other programs.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "examples/photos/commands/command.hpp"
#include "examples/photos/networks/model.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/core/file.hpp"
#include "runtime/export/header.hpp"
#include "runtime/export/onnx.hpp"
#include "runtime/model/weights.hpp"

namespace photos {

namespace {

struct ExportArguments {
    std::string model = "photos-run/model.safetensors", weights, header, onnx, name_space = "network";
};

int write_exports(const ExportArguments& a) {
    if (a.weights.empty() && a.header.empty() && a.onnx.empty())
        throw Error("say what to write: --weights FILE, --header FILE or --onnx FILE");
    Machine machine;
    machine.threads = 1;
    const auto networks = open_networks(machine);
    const TrainedModel trained = open_model(a.model, *networks);
    const CheckpointInfo& info = trained.info;
    const InferenceGraph graph = trained.models->graph(*trained.model);
    // Before the first file is written: a name that will not do leaves none of them.
    const auto header = a.header.empty() ? "" : to_header(graph, {a.name_space, info.classes, info.normalise});
    if (!a.weights.empty()) {
        save_weights(a.weights, *trained.model);
        fmt::print("{}: the weights and running statistics, for PyTorch and others that read safetensors\n",
                   escape_text(a.weights));
    }
    if (!a.header.empty()) {
        write_file(a.header, header);
        fmt::print("{}: a C++17 header: {}::infer(x, y, work)\n", escape_text(a.header), a.name_space);
    }
    if (!a.onnx.empty()) {
        write_file(a.onnx, to_onnx(graph, {info.classes, info.normalise}));
        fmt::print("{}: an ONNX model from \"x\" to \"y\"\n", escape_text(a.onnx));
    }
    return 0;
}

}  // namespace

Command add_export(CLI::App& program) {
    CLI::App* line = program.add_subcommand("export", "write a model for other programs");
    const auto a = std::make_shared<ExportArguments>();
    line->add_option("--model", a->model, "the model")->capture_default_str();
    line->add_option("--weights", a->weights, "safetensors with the names of a PyTorch state_dict");
    line->add_option("--header", a->header, "a C++ header that needs nothing else");
    line->add_option("--name", a->name_space, "the namespace in that header")->capture_default_str();
    line->add_option("--onnx", a->onnx, "an ONNX model");
    return {line, [a] { return write_exports(*a); }};
}

}  // namespace photos
