// A ProcessGroup whose processes have a GPU each: what lies there is summed by NCCL.
#pragma once

#include <cuda_runtime.h>

#include <memory>
#include <string>

#include "runtime/core/process_group.hpp"

namespace tn::cuda {

/// Why the GPUs of several processes cannot be joined, as a sentence; empty where they can: the program was built with
/// NCCL.
std::string why_not_nccl();

/// The processes of `group`, each with its current GPU, for a CUDA device on `stream`. begin_sum() takes memory
/// of the GPU, behind what the stream does so far, and sums on a stream of its own while kernels go on; finish_sums()
/// and sum_in_stream() make `stream` wait for the sums, not the host. Everything else goes to `group`, which must
/// outlive this one, as `stream` must. All processes call this at once. Throws Error "NCCL: WHAT: REASON" or "CUDA:
/// WHAT: REASON", and why_not_nccl().
std::unique_ptr<ProcessGroup> nccl_group(ProcessGroup& group, cudaStream_t stream);

}  // namespace tn::cuda
