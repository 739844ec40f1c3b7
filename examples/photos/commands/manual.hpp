// What shells and readers of manuals are told of the program's commands and options.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace photos {

/// A page for man, in roff.
std::string manual_of(const CLI::App& program);
/// A script that completes the command line.
std::string bash_completion_of(const CLI::App& program);
std::string fish_completion_of(const CLI::App& program);

/// --manual and --completion bash or fish, which print these and end the program.
void add_manual_options(CLI::App& program);

}  // namespace photos
