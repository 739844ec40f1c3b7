// In place of networks_cuda.cu where no nvcc was found when the program was configured.
#include "examples/photos/networks/networks.hpp"
#include "runtime/core/error.hpp"

namespace photos {

std::string why_not_cuda(const ProcessGroup*) { return built_without_cuda; }
std::unique_ptr<Networks> open_cuda_networks(const Machine&, ProcessGroup*) { throw Error(built_without_cuda); }

}  // namespace photos
