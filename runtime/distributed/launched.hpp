// How many processes an mpirun has started, from what it tells each of them.
#pragma once

#include <algorithm>
#include <cstdlib>

namespace tn {

/// 1 where none has. Open MPI, and the launchers that speak PMI (MPICH, Intel MPI).
inline int launched_processes() {
    for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"})
        if (const char* value = std::getenv(name)) return std::max(1, std::atoi(value));
    return 1;
}

}  // namespace tn
