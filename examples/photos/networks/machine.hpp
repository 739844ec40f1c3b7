// Where a command runs its networks, in the words of the command line.
#pragma once

#include <string>

namespace photos {

struct Machine {
    std::string device = "cpu", precision = "fp32", instructions = "best";
    int threads = 0;  ///< 0: every core
};

}  // namespace photos
