// The processes that mpirun has started.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "runtime/core/process_group.hpp"

namespace tn {

/// How many, from what mpirun tells each of them; 1 where none has. Open MPI, and the launchers that speak PMI (MPICH,
/// Intel MPI).
inline int launched_processes() {
    for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"})
        if (const char* value = std::getenv(name)) return std::max(1, std::atoi(value));
    return 1;
}

/// The processes that mpirun has started with this one; null where there is one alone. Throws Error where mpirun has
/// started several and the program was built without MPI.
std::unique_ptr<ProcessGroup> launched_group();

}  // namespace tn
