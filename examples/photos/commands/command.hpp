// The commands of the photos program. A new one is a file commands/NAME.cpp, which defines add_NAME, and a line below.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "examples/photos/networks/machine.hpp"

namespace CLI {
class App;
class Validator;
}  // namespace CLI

namespace photos {

/// A command as the command line names it, and what runs it once the line is parsed: it returns the program's exit
/// status and throws tn::Error for bad input.
struct Command {
    CLI::App* line;
    std::function<int()> run;
};

/// In the order in which --help lists them.
#define PHOTOS_COMMANDS(COMMAND) \
    COMMAND(train)               \
    COMMAND(test)                \
    COMMAND(predict)             \
    COMMAND(inspect)             \
    COMMAND(networks)            \
    COMMAND(weights)             \
    COMMAND(clean)               \
    COMMAND(live)                \
    COMMAND(export)              \
    COMMAND(import)

#define PHOTOS_DECLARE_COMMAND(name) Command add_##name(CLI::App& program);
PHOTOS_COMMANDS(PHOTOS_DECLARE_COMMAND)
#undef PHOTOS_DECLARE_COMMAND

/// The options that every command has which runs a network.
void add_machine_options(CLI::App& line, Machine& machine);

/// The colour behind what is transparent, for commands that read photographs to learn from.
void add_ground_option(CLI::App& line, std::string& ground);

/// Whether a folder is read however many of its photographs cannot be.
void add_unreadable_option(CLI::App& line, bool& skip);

/// A number from low to high, NaN not among them.
CLI::Validator within(double low, double high);

}  // namespace photos
