// Writes a network of networks.hpp, or the reference network, with weights that nobody trained, as an ONNX model and as
// C++ headers into a folder, for the peers that run exported networks. Usage: export_NAME FOLDER [onnx]: that alone.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <runtime/core/file.hpp>
#include <runtime/export/header.hpp>
#include <runtime/export/onnx.hpp>
#include <runtime/model/model.hpp>
#include <string>
#include <vector>

#include "networks.hpp"
#include "reference_network.hpp"

namespace bench::networks {
using reference = Reference<128, 4, 64>;
}

#define TN_TEXT(x) #x
#define TN_NAME(x) TN_TEXT(x)

int main(int argc, char** argv) try {
    const bool only_onnx = argc == 3 && argv[2] == std::string("onnx");
    if (argc != 2 && !only_onnx) throw tn::Error("usage: export_" TN_NAME(TN_NETWORK) " FOLDER [onnx]");
    const std::filesystem::path folder = argv[1];
    tn::cpu::Device device(1);
    tn::Model<bench::networks::TN_NETWORK> model(device, 1);
    const tn::InferenceGraph graph = tn::inference_graph(model);
    const std::string name = TN_NAME(TN_NETWORK);
    tn::write_file(folder / (name + ".onnx"), tn::to_onnx(graph, {}));
    if (only_onnx) return 0;
    const auto write = [&](const tn::HeaderInfo& info, const std::string& file) {
        const tn::ExportedHeader header = tn::exported_header(graph, info, true);
        tn::write_file(folder / file, header.text);
        tn::write_file(folder / (file + ".bin"), header.block);
    };
    write({"exported", {}, {}, tn::WeightsAs::fp32}, name + ".hpp");
    write({"exported", {}, {}, tn::WeightsAs::fp16}, name + "_fp16.hpp");
    // Calibrated on what one_header.cpp feeds it.
    std::vector<float> sample(graph.values[0].size());
    for (std::size_t i = 0; i < sample.size(); ++i) sample[i] = static_cast<float>(i * 7919 % 1000) / 500 - 1;
    tn::Calibration calibration(graph);
    calibration.add(sample);
    write({"exported", {}, {}, tn::WeightsAs::int8, calibration.ranges()}, name + "_int8.hpp");
} catch (const std::exception& e) {
    std::fprintf(stderr, "error: %s\n", e.what());
    return 1;
}
