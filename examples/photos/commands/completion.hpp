// What shells are told of the program's commands and options.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace photos {

/// A script that completes the command line.
std::string bash_completion_of(const CLI::App& program);
std::string fish_completion_of(const CLI::App& program);
/// To be a file _photos in a folder of zsh's fpath.
std::string zsh_completion_of(const CLI::App& program);

}  // namespace photos
