// What readers of manuals are told of the program's commands and options.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace photos {

/// A page for man, in roff.
std::string manual_of(const CLI::App& program);

/// --manual and --completion bash, fish or zsh, which print these and end the program.
void add_manual_options(CLI::App& program);

}  // namespace photos
