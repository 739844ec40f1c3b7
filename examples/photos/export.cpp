#include <fmt/format.h>

#include "commands.hpp"
#include "model.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/core/file.hpp"
#include "runtime/export/header.hpp"
#include "runtime/export/onnx.hpp"
#include "runtime/model/weights.hpp"

namespace photos {

int write_exports(const ExportCommand& c) {
    if (c.weights.empty() && c.header.empty() && c.onnx.empty())
        throw Error("say what to write: --weights FILE, --header FILE or --onnx FILE");
    cpu::Device device(1);
    Model<Network> model(device);
    const CheckpointInfo info = load_model(c.model, model);
    if (!c.weights.empty()) {
        save_weights(c.weights, model);
        fmt::print("{}: the weights and running statistics, for PyTorch and others that read safetensors\n",
                   escape_text(c.weights));
    }
    if (!c.header.empty()) {
        write_file(c.header, to_header(inference_graph(model), {c.name, info.classes, info.normalise}));
        fmt::print("{}: a C++17 header: {}::infer(x, y, work)\n", escape_text(c.header), c.name);
    }
    if (!c.onnx.empty()) {
        write_file(c.onnx, to_onnx(inference_graph(model), {info.classes, info.normalise}));
        fmt::print("{}: an ONNX model from \"x\" to \"y\"\n", escape_text(c.onnx));
    }
    return 0;
}

}  // namespace photos
