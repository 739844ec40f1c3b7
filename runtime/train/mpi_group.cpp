// launched_group() over MPI: the processes of MPI_COMM_WORLD. All calls come from the main thread.
#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"
#include "runtime/core/process_group.hpp"
#include "runtime/train/launched_processes.hpp"

namespace tn {
namespace {

int rank_in(MPI_Comm communicator) {
    int rank = 0;
    MPI_Comm_rank(communicator, &rank);
    return rank;
}
int size_of(MPI_Comm communicator) {
    int size = 0;
    MPI_Comm_size(communicator, &size);
    return size;
}

/// MPI counts with int.
int count_of(std::size_t values) {
    if (!std::in_range<int>(values)) throw Error(std::to_string(values) + " values are too many for one message");
    return static_cast<int>(values);
}

/// MPI from its beginning to its end; an error within it ends all processes.
class MpiGroup : public ProcessGroup {
public:
    MpiGroup() : ProcessGroup(rank_in(MPI_COMM_WORLD), size_of(MPI_COMM_WORLD)) {
        MPI_Comm machine = MPI_COMM_NULL;
        MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank(), MPI_INFO_NULL, &machine);
        here_ = size_of(machine);
        rank_here_ = rank_in(machine);
        MPI_Comm_free(&machine);
        counts_.resize(size());
        offsets_.resize(size());
        requests_.reserve(64);
    }
    ~MpiGroup() override { MPI_Finalize(); }

    int here() const override { return here_; }
    int rank_here() const override { return rank_here_; }

    void gather(int mine, std::span<int> all) override {
        MPI_Allgather(&mine, 1, MPI_INT, all.data(), 1, MPI_INT, MPI_COMM_WORLD);
    }

    void gather(std::span<const float> mine, std::size_t each, std::span<const int> counts, float* all) override {
        int next = 0;
        for (std::size_t r = 0; r < counts.size(); ++r) {
            offsets_[r] = next;
            counts_[r] = count_of(each * counts[r]);
            next = count_of(Index{next} + counts_[r]);
        }
        MPI_Allgatherv(mine.data(), count_of(mine.size()), MPI_FLOAT, all, counts_.data(), offsets_.data(), MPI_FLOAT,
                       MPI_COMM_WORLD);
    }

    void sum(std::span<double> values) override {
        MPI_Allreduce(MPI_IN_PLACE, values.data(), count_of(values.size()), MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    }

    void begin_sum(std::span<float> values) override {
        MPI_Request request = MPI_REQUEST_NULL;
        MPI_Iallreduce(MPI_IN_PLACE, values.data(), count_of(values.size()), MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD,
                       &request);
        requests_.push_back(request);
    }
    void finish_sums() override {
        MPI_Waitall(count_of(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
        requests_.clear();
    }

    void abort(int status) override { MPI_Abort(MPI_COMM_WORLD, status); }

private:
    int here_ = 1, rank_here_ = 0;
    std::vector<int> counts_, offsets_;
    std::vector<MPI_Request> requests_;
};

}  // namespace

std::unique_ptr<ProcessGroup> launched_group() {
    if (launched_processes() < 2) return nullptr;
    int provided = 0;
    if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS ||
        provided < MPI_THREAD_FUNNELED)
        throw Error("MPI cannot be used by a program that has threads");
    return std::make_unique<MpiGroup>();
}

}  // namespace tn
