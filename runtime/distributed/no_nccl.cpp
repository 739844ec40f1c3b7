// nccl_group() of a program that is built without NCCL.
#include "runtime/core/error.hpp"
#include "runtime/distributed/nccl_group.hpp"

namespace tn::cuda {

std::string why_not_nccl() {
    return "this program was built without NCCL, by which the GPUs of several processes are joined: install libnccl-dev "
           "and build again";
}

std::unique_ptr<Group> nccl_group(Group&, cudaStream_t) { throw Error(why_not_nccl()); }

}  // namespace tn::cuda
