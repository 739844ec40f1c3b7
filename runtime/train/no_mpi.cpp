// launched_group() of a program that is built without MPI.
#include <string>

#include "runtime/core/error.hpp"
#include "runtime/core/process_group.hpp"
#include "runtime/train/launched_processes.hpp"

namespace tn {

std::unique_ptr<ProcessGroup> launched_group() {
    if (const int processes = launched_processes(); processes > 1)
        throw Error(
            "mpirun has started " + std::to_string(processes) +
            " processes, but this program was built without MPI, so each would train a model of its own: install "
            "libopenmpi-dev and build again");
    return nullptr;
}

}  // namespace tn
