// nccl_group() over NCCL.
#include "runtime/train/nccl_group.hpp"

#include <nccl.h>

#include <array>
#include <cstring>
#include <exception>
#include <string>
#include <type_traits>

#include "runtime/core/error.hpp"

namespace tn::cuda {
namespace {

void check(cudaError_t error, const char* what) {
    if (error != cudaSuccess) throw Error(std::string("CUDA: ") + what + ": " + cudaGetErrorString(error));
}
void check(ncclResult_t error, const char* what) {
    if (error != ncclSuccess) throw Error(std::string("NCCL: ") + what + ": " + ncclGetErrorString(error));
}

/// The number by which the processes find each other: the first one's.
ncclUniqueId common_id(ProcessGroup& group) {
    static_assert(sizeof(ncclUniqueId) % sizeof(int) == 0);
    std::array<int, sizeof(ncclUniqueId) / sizeof(int)> pieces{};
    ncclUniqueId id{};
    if (group.rank() == 0) check(ncclGetUniqueId(&id), "the processes cannot find each other");
    std::memcpy(pieces.data(), &id, sizeof id);
    group.broadcast(pieces, 0);
    std::memcpy(&id, pieces.data(), sizeof id);
    return id;
}

class NcclGroup : public ProcessGroup {
public:
    NcclGroup(ProcessGroup& group, cudaStream_t compute)
        : ProcessGroup(group.rank(), group.size()), group_(group), compute_(compute) {
        const ncclUniqueId id = common_id(group);
        cudaStream_t sums = nullptr;
        check(cudaStreamCreateWithFlags(&sums, cudaStreamNonBlocking), "a stream cannot be made");
        sums_.reset(sums);
        ready_ = make_event();
        summed_ = make_event();
        ncclComm_t communicator = nullptr;
        check(ncclCommInitRank(&communicator, group.size(), id, group.rank()), "the processes cannot be joined");
        communicator_.reset(communicator);
    }
    ~NcclGroup() override {
        // Taking it down waits for the other processes, which an error of this one's may never let come that far.
        if (std::uncaught_exceptions() > exceptions_) static_cast<void>(communicator_.release());
    }

    int here() const override { return group_.here(); }
    int rank_here() const override { return group_.rank_here(); }
    void gather(int mine, std::span<int> all) override { group_.gather(mine, all); }
    void gather(std::span<const float> mine, std::size_t each, std::span<const int> counts, float* all) override {
        group_.gather(mine, each, counts, all);
    }
    void sum(std::span<double> values) override { group_.sum(values); }
    void abort(int status) override { group_.abort(status); }

    /// The sums of one communicator run one behind another, in the order in which every process calls for them. So
    /// these, which are waited for at once, also wait for the gradients' that have begun.
    void sum_in_stream(std::span<double> values) override {
        begin(values.data(), values.size(), ncclDouble);
        finish_sums();
    }
    void begin_sum(std::span<float> values) override { begin(values.data(), values.size(), ncclFloat); }
    void finish_sums() override {
        check(cudaEventRecord(summed_.get(), sums_.get()), "an event cannot be recorded");
        check(cudaStreamWaitEvent(compute_, summed_.get(), 0), "a stream cannot wait");
    }

private:
    template <class Handle, auto Destroy> struct Destroyer {
        void operator()(Handle handle) const { Destroy(handle); }
    };
    template <class Handle, auto Destroy>
    using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, Destroyer<Handle, Destroy>>;
    using Event = Owned<cudaEvent_t, cudaEventDestroy>;

    static Event make_event() {
        cudaEvent_t event = nullptr;
        check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "an event cannot be made");
        return Event(event);
    }

    void begin(void* values, std::size_t count, ncclDataType_t type) {
        check(cudaEventRecord(ready_.get(), compute_), "an event cannot be recorded");
        check(cudaStreamWaitEvent(sums_.get(), ready_.get(), 0), "a stream cannot wait");
        check(ncclAllReduce(values, values, count, type, ncclSum, communicator_.get(), sums_.get()),
              "values cannot be summed");
    }

    ProcessGroup& group_;
    cudaStream_t compute_;
    int exceptions_ = std::uncaught_exceptions();
    Owned<cudaStream_t, cudaStreamDestroy> sums_;
    Event ready_, summed_;
    Owned<ncclComm_t, ncclCommDestroy> communicator_;
};

}  // namespace

std::string why_not_nccl() { return ""; }

std::unique_ptr<ProcessGroup> nccl_group(ProcessGroup& group, cudaStream_t stream) {
    return std::make_unique<NcclGroup>(group, stream);
}

}  // namespace tn::cuda
