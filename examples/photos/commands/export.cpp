// photos export: a model for other programs.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "examples/photos/commands/calibrate.hpp"
#include "examples/photos/commands/command.hpp"
#include "examples/photos/networks/model.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/core/file.hpp"
#include "runtime/export/header.hpp"
#include "runtime/export/integer_header.hpp"
#include "runtime/export/onnx.hpp"
#include "runtime/int8/int8_file.hpp"
#include "runtime/model/weights.hpp"
#include "runtime/report/network_page.hpp"

namespace photos {

namespace {

struct ExportArguments {
    std::string model = "photos-run/model.safetensors", weights, header, onnx, page, name_space = "network",
                weights_as = "fp32", calibrate, int8;
    bool block = false, integers = false;
    int opset = 13;
};

WeightsAs weights_as(const ExportArguments& a) {
    if (!a.int8.empty() && a.calibrate.empty())
        throw Error("--int8 needs --calibrate FOLDER: photographs like those that the model was trained on");
    if (a.weights_as != "int8") return a.weights_as == "fp16" ? WeightsAs::fp16 : WeightsAs::fp32;
    if ((a.header.empty() && a.page.empty()) || a.calibrate.empty())
        throw Error(
            "--weights-as int8 is for --header FILE and --page FILE, and needs --calibrate FOLDER: photographs like "
            "those that the model was trained on");
    return WeightsAs::int8;
}

void check_integers(const ExportArguments& a) {
    if (!a.integers) return;
    if (a.weights_as != "int8") throw Error("--integers needs --weights-as int8");
    if (a.header.empty()) throw Error("--integers is for --header FILE");
    if (a.block) throw Error("--block and --integers do not go together: that header includes nothing");
}

int write_exports(const ExportArguments& a) {
    if (a.weights.empty() && a.header.empty() && a.onnx.empty() && a.page.empty() && a.int8.empty())
        throw Error("say what to write: --weights FILE, --header FILE, --onnx FILE, --page FILE or --int8 FILE");
    const WeightsAs as = weights_as(a);
    check_integers(a);
    Machine machine;
    machine.threads = 1;
    const auto networks = open_networks(machine);
    const TrainedModel trained = open_model(a.model, *networks);
    if (trained.int8) throw Error(a.model + ": is in int8: name the model that it was made from");
    const CheckpointInfo& info = trained.info;
    const InferenceGraph graph = trained.models->graph(*trained.model);
    // Before the first file is written: a name that will not do leaves none of them.
    HeaderInfo about{a.name_space, info.classes, info.normalise, as};
    check_namespace(about.name);
    if (as == WeightsAs::int8 || !a.int8.empty()) about.ranges = calibrated(graph, trained, a.calibrate);
    ExportedHeader header;
    if (!a.header.empty()) header = a.integers ? integer_header(graph, about) : exported_header(graph, about, a.block);
    std::string page;
    if (!a.page.empty()) {
        const KnownNetwork& network = trained.network;
        page = network_page({std::filesystem::path(a.page).stem().string(), info.classes, network.shape, trained.fit,
                             info.normalise, ground_of(info)},
                            to_wasm(graph, about));
    }
    if (!a.int8.empty()) {
        save_int8(a.int8, quantise(graph, about.ranges), info);
        fmt::print("{}: the model in int8, for photos predict, photos test and the libraries\n", escape_text(a.int8));
    }
    if (!a.weights.empty()) {
        save_weights(a.weights, *trained.model);
        fmt::print("{}: the weights and running statistics, for PyTorch and others that read safetensors\n",
                   escape_text(a.weights));
    }
    if (!a.header.empty()) {
        if (a.block) write_file(a.header + ".bin", header.block);
        write_file(a.header, header.text);
        fmt::print("{}: a C++17 header: {}::infer(x, y, work), where work is {} {}\n", escape_text(a.header),
                   a.name_space, header.workspace, a.integers ? "bytes" : "floats");
        if (a.block) fmt::print("{}.bin: its weights, which must stay beside it to compile\n", escape_text(a.header));
    }
    if (!a.onnx.empty()) {
        write_file(a.onnx, to_onnx(graph, {info.classes, info.normalise, {}, {}, a.opset}));
        fmt::print("{}: an ONNX model from \"x\" to \"y\"\n", escape_text(a.onnx));
    }
    if (!a.page.empty()) {
        write_file(a.page, page);
        fmt::print("{}: a page that classifies photographs in any browser, {:.1f} MB\n", escape_text(a.page),
                   static_cast<double>(page.size()) / 1e6);
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
    line->add_option("--int8", a->int8, "the model in int8, which runs wherever the model does, on the CPU");
    line->add_option("--name", a->name_space, "the namespace in that header")->capture_default_str();
    line->add_option("--weights-as", a->weights_as, "the weights in that header and in a page")
        ->check(CLI::IsMember({"fp32", "fp16", "int8"}))
        ->capture_default_str();
    line->add_option("--calibrate", a->calibrate, "photographs that int8 is fitted to: the folder that was trained on");
    line->add_flag("--integers", a->integers, "int8 without a floating point number, for microcontrollers");
    line->add_flag("--block", a->block, "the header's weights as bytes in HEADER.bin, which the assembler includes");
    line->add_option("--onnx", a->onnx, "an ONNX model");
    line->add_option("--opset", a->opset, "the operator set of that model")
        ->check(CLI::Range(least_opset, most_opset))
        ->capture_default_str();
    line->add_option("--page", a->page, "a page that classifies photographs offline, in any browser");
    return {line, [a] { return write_exports(*a); }};
}

}  // namespace photos
