#include "runtime/train/device.hpp"

#include "runtime/core/error.hpp"

namespace tn {

cpu::Backend open_cpu(const std::string& device, int threads, const std::string& instructions) {
    if (device == "cuda") throw Error("--device cuda was asked for, but training on CUDA is not part of this version");
    if (device != "cpu" && device != "auto") throw Error("--device must be cpu, cuda or auto, not '" + device + "'");
    return cpu::Backend(threads, parse_isa(instructions));
}

}  // namespace tn
