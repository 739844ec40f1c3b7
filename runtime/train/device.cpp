#include "runtime/train/device.hpp"

#include "runtime/core/error.hpp"

namespace tn {

cpu::Backend open_cpu(const std::string& device, int threads, const std::string& instructions) {
    if (device == "cuda")
        throw Error("--device cuda was asked for, but this program has the CPU's kernels only: a network runs on CUDA in a "
                    "program that nvcc compiles, as Model<Net, Adam, tn::cuda::Backend>");
    if (device != "cpu" && device != "auto") throw Error("--device must be cpu, cuda or auto, not '" + device + "'");
    return cpu::Backend(threads, parse_isa(instructions));
}

}  // namespace tn
