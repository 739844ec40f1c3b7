// In the place of networks_cuda.cu where no nvcc was found when the program was configured.
#include "network.hpp"
#include "runtime/train/machine.hpp"

namespace digits {

std::string why_not_cuda() { return built_without_cuda; }
std::unique_ptr<DigitsModel> open_cuda(const std::string&, std::uint64_t) { throw Error(why_not_cuda()); }

}  // namespace digits
