#include <fmt/format.h>

#include "commands.hpp"
#include "model.hpp"
#include "runtime/core/one_line.hpp"
#include "runtime/io/weights.hpp"

namespace photos {

int write_exports(const ExportCommand& c) {
    if (c.weights.empty()) throw Error("say what to write: --weights FILE");
    cpu::Backend backend(1);
    Model<Network> model(backend);
    load_model(c.model, model);
    save_weights(c.weights, model);
    fmt::print("{}: the weights and running statistics, for PyTorch and others that read safetensors\n",
               one_line(c.weights));
    return 0;
}

}  // namespace photos
