// Writes the reference network, with weights that nobody trained, as reference.onnx and as the C++ header
// reference_export.hpp into a folder, for the peers that run exported networks.
// Usage: export_reference FOLDER
#include <cstdio>
#include <exception>
#include <filesystem>
#include <runtime/core/file.hpp>
#include <runtime/export/header.hpp>
#include <runtime/export/onnx.hpp>
#include <runtime/model/model.hpp>

#include "reference_network.hpp"

int main(int argc, char** argv) try {
    if (argc != 2) throw tn::Error("usage: export_reference FOLDER");
    const std::filesystem::path folder = argv[1];
    tn::cpu::Device device(1);
    tn::Model<bench::Reference<128, 4, 64>> model(device);
    tn::write_file(folder / "reference.onnx", tn::to_onnx(tn::inference_graph(model), {}));
    tn::write_file(folder / "reference_export.hpp", tn::to_header(tn::inference_graph(model), {"exported", {}, {}}));
} catch (const std::exception& e) {
    std::fprintf(stderr, "error: %s\n", e.what());
    return 1;
}
