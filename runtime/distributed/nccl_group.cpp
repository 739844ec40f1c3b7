#include "runtime/distributed/nccl_group.hpp"

#include <nccl.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "runtime/core/error.hpp"

namespace tn::cuda {
namespace {

void check(cudaError_t error, const char* what) {
    if (error != cudaSuccess) throw Error(std::string("CUDA: ") + what + ": " + cudaGetErrorString(error));
}
void check(ncclResult_t error, const char* what) {
    if (error != ncclSuccess) throw Error(std::string("NCCL: ") + what + ": " + ncclGetErrorString(error));
}

/// The number by which the processes find each other: the first one's, handed on piece by piece.
ncclUniqueId common_id(Group& group) {
    static_assert(sizeof(ncclUniqueId) % sizeof(int) == 0);
    std::array<int, sizeof(ncclUniqueId) / sizeof(int)> pieces{};
    ncclUniqueId id{};
    if (group.rank() == 0) check(ncclGetUniqueId(&id), "the processes cannot find each other");
    std::memcpy(pieces.data(), &id, sizeof id);
    std::vector<int> all(static_cast<std::size_t>(group.size()));
    for (int& piece : pieces) {
        group.gather(piece, all);
        piece = all[0];
    }
    std::memcpy(&id, pieces.data(), sizeof id);
    return id;
}

}  // namespace

struct NcclGroup::State {
    Group& group;
    cudaStream_t compute, sums = nullptr;
    cudaEvent_t ready = nullptr, summed = nullptr;
    ncclComm_t communicator = nullptr;

    State(Group& group, cudaStream_t compute) : group(group), compute(compute) {}
    ~State() {
        if (communicator) ncclCommDestroy(communicator);
        if (ready) cudaEventDestroy(ready);
        if (summed) cudaEventDestroy(summed);
        if (sums) cudaStreamDestroy(sums);
    }
};

NcclGroup::NcclGroup(Group& group, cudaStream_t stream)
    : Group(group.rank(), group.size()), state_(std::make_unique<State>(group, stream)) {
    const ncclUniqueId id = common_id(group);
    check(cudaStreamCreateWithFlags(&state_->sums, cudaStreamNonBlocking), "a stream cannot be made");
    check(cudaEventCreateWithFlags(&state_->ready, cudaEventDisableTiming), "an event cannot be made");
    check(cudaEventCreateWithFlags(&state_->summed, cudaEventDisableTiming), "an event cannot be made");
    check(ncclCommInitRank(&state_->communicator, group.size(), id, group.rank()), "the processes cannot be joined");
}

NcclGroup::~NcclGroup() = default;

int NcclGroup::here() const { return state_->group.here(); }
void NcclGroup::gather(int mine, std::span<int> all) { state_->group.gather(mine, all); }
void NcclGroup::sum(std::span<double> values) { state_->group.sum(values); }
void NcclGroup::abort(int status) { state_->group.abort(status); }
void NcclGroup::gather(std::span<const float> mine, std::size_t each, std::span<const int> counts, float* all) {
    state_->group.gather(mine, each, counts, all);
}

void NcclGroup::begin_sum(std::span<float> values) {
    check(cudaEventRecord(state_->ready, state_->compute), "an event cannot be recorded");
    check(cudaStreamWaitEvent(state_->sums, state_->ready, 0), "a stream cannot wait");
    check(ncclAllReduce(values.data(), values.data(), values.size(), ncclFloat, ncclSum, state_->communicator,
                        state_->sums),
          "gradients cannot be summed");
}

void NcclGroup::finish_sums() {
    check(cudaEventRecord(state_->summed, state_->sums), "an event cannot be recorded");
    check(cudaStreamWaitEvent(state_->compute, state_->summed, 0), "a stream cannot wait");
}

}  // namespace tn::cuda
