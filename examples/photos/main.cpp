// photos: trains an image classifier on a folder of photographs, one sub-folder per class, and uses it.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <iostream>
#include <memory>

#include "examples/photos/commands/command.hpp"
#include "examples/photos/commands/help_format.hpp"
#include "examples/photos/commands/manual.hpp"
#include "runtime/core/error.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/data/image.hpp"

int main(int argc, char** argv) {
    CLI::App program{"Trains an image classifier on a folder of photographs, one sub-folder per class, and uses it."};
    program.name("photos");  // not the path it was run by, which may not fit a line of the help
    program.formatter(std::make_shared<photos::HelpFormatter>());
    program.require_subcommand(1);
    program.set_version_flag(
        "--version", [] { return "typenet " TN_VERSION "\n" + tn::picture_decoders(); },
        "print the version, and which library decodes which pictures");
    program.failure_message([](const CLI::App*, const CLI::Error& e) {
        return "error: " + tn::escape_text(e.what()) + "; photos --help and photos COMMAND --help say what there is\n";
    });
    photos::add_manual_options(program);
    std::vector<photos::Command> commands;
#define PHOTOS_ADD_COMMAND(name) commands.push_back(photos::add_##name(program));
    PHOTOS_COMMANDS(PHOTOS_ADD_COMMAND)
#undef PHOTOS_ADD_COMMAND
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return program.exit(e) == 0 ? 0 : 2;
    }
    try {
        const auto named = std::find_if(commands.begin(), commands.end(),
                                        [](const photos::Command& command) { return command.line->parsed(); });
        const int status = named->run();
        if (std::fflush(stdout) != 0) throw tn::Error("the output cannot be written");
        return status;
    } catch (const std::bad_alloc&) {
        std::fflush(stdout);
        std::cerr << "error: there is not enough memory\n";
        return 1;
    } catch (const std::exception& e) {
        std::fflush(stdout);
        std::cerr << "error: " << tn::escape_text(e.what()) << "\n";
        return 1;
    }
}
