// nccl_group() of a program that is built without NCCL.
#include "runtime/core/error.hpp"
#include "runtime/train/nccl_group.hpp"

namespace tn::cuda {

std::string why_not_nccl() {
    return "this program was built without NCCL, by which the GPUs of several processes are joined: install "
           "libnccl-dev "
           "and build again";
}

std::unique_ptr<ProcessGroup> nccl_group(ProcessGroup&, cudaStream_t) { throw Error(why_not_nccl()); }

}  // namespace tn::cuda
