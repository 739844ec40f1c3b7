#include "runtime/cpu/host_device.hpp"

#include <cblas.h>
#include <fmt/format.h>

namespace tn::cpu {

Device::Device(int threads, Isa isa) : pool_(threads), isa_(isa) {
    require(isa);
    // Our own threads share the work, in parts that do not depend on their number.
    openblas_set_num_threads(1);
}

std::string Device::describe() const {
    return fmt::format("cpu, {} thread{}, {} kernels, OpenBLAS {}", pool_.threads(), pool_.threads() == 1 ? "" : "s",
                       name(isa_), openblas_get_corename());
}

}  // namespace tn::cpu
