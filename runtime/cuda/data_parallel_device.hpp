// The CUDA device of a process that trains a model together with others.
#pragma once

#include "runtime/core/process_group.hpp"

namespace tn::cuda {

/// The CUDA device `Cuda` (a BasicDevice), whose models share batches once it has joined a group: batch normalisation
/// takes mean and variance of the whole batch, forward and backward, as on the CPU. The group must sum memory of this
/// device's device in the order of its stream, as nccl_group() does.
///
/// Tested under the emulator, with processes that are threads. It has not run on several GPUs.
template <class Cuda> class DataParallelDevice : public Cuda {
public:
    using Cuda::Cuda;

    /// As cpu::Device::join(): a model that trains here computes its part of batches from now on; null: alone.
    void join(ProcessGroup* group) { this->group_ = group; }
    ProcessGroup* group() const { return this->group_; }
};

}  // namespace tn::cuda
