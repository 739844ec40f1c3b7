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
    for (const bool half : {false, true}) {
        if (only_onnx) break;
        const std::string file = name + (half ? "_fp16.hpp" : ".hpp");
        const tn::HeaderInfo info{"exported", {}, {}, half ? tn::WeightsAs::fp16 : tn::WeightsAs::fp32};
        const tn::ExportedHeader header = tn::exported_header(graph, info, true);
        tn::write_file(folder / file, header.text);
        tn::write_file(folder / (file + ".bin"), header.block);
    }
} catch (const std::exception& e) {
    std::fprintf(stderr, "error: %s\n", e.what());
    return 1;
}
