// A Group whose processes have a GPU each: what lies there is summed by NCCL.
#pragma once

#include <cuda_runtime.h>

#include <memory>

#include "runtime/distributed/group.hpp"

namespace tn::cuda {

/// begin_sum() takes memory of this process's current GPU, behind what its `stream` does so far, and sums on a stream of
/// its own while kernels go on; finish_sums() makes `stream` wait for it, not the host. Everything else goes to the group
/// that brought the processes together, which must outlive this one.
class NcclGroup : public Group {
public:
    /// All processes of the group at once. Throws Error "NCCL: WHAT: REASON" or "CUDA: WHAT: REASON".
    NcclGroup(Group& group, cudaStream_t stream);
    ~NcclGroup() override;

    int here() const override;
    void gather(int mine, std::span<int> all) override;
    void sum(std::span<double> values) override;
    void begin_sum(std::span<float> values) override;
    void finish_sums() override;
    void abort(int status) override;
    void gather(std::span<const float> mine, std::size_t each, std::span<const int> counts, float* all) override;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The CUDA backend `Cuda`, whose models share batches once it has joined a NcclGroup on its stream. Batch normalisation
/// takes the mean and variance of this process's part: the curve is that of smaller batches where a network has BN.
template <class Cuda> class SharedBackend : public Cuda {
public:
    using Cuda::Cuda;
    void join(Group* group) { group_ = group; }
    Group* group() const { return group_; }

private:
    Group* group_ = nullptr;
};

}  // namespace tn::cuda
