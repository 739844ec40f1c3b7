#include <fmt/format.h>

#include "commands.hpp"
#include "model.hpp"
#include "runtime/core/file.hpp"
#include "runtime/core/one_line.hpp"
#include "runtime/io/header_export.hpp"
#include "runtime/io/onnx_export.hpp"
#include "runtime/io/weights.hpp"

namespace photos {

int write_exports(const ExportCommand& c) {
    if (c.weights.empty() && c.header.empty() && c.onnx.empty())
        throw Error("say what to write: --weights FILE, --header FILE or --onnx FILE");
    cpu::Backend backend(1);
    Model<Network> model(backend);
    const CheckpointInfo info = load_model(c.model, model);
    if (!c.weights.empty()) {
        save_weights(c.weights, model);
        fmt::print("{}: the weights and running statistics, for PyTorch and others that read safetensors\n",
                   one_line(c.weights));
    }
    if (!c.header.empty()) {
        write_file(c.header, to_header(inference_graph(model), {c.name, info.classes, info.normalise}));
        fmt::print("{}: a C++17 header: {}::infer(x, y, work)\n", one_line(c.header), c.name);
    }
    if (!c.onnx.empty()) {
        write_file(c.onnx, to_onnx(inference_graph(model), {info.classes, info.normalise}));
        fmt::print("{}: an ONNX model from \"x\" to \"y\"\n", one_line(c.onnx));
    }
    return 0;
}

}  // namespace photos
