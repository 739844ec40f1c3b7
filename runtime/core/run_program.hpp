// Other programs, run without a shell.
#pragma once

#include <string>
#include <vector>

namespace tn {

/// Runs a program of the PATH, whose output goes where this one's does; true when it ends with status 0, false also
/// where it is not there.
bool run_program(const std::vector<std::string>& words);

/// The first of these programs that the PATH has, empty where it has none.
std::string program_of(const std::vector<std::string>& names);

}  // namespace tn
