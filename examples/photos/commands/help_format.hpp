// How --help is laid out: for a terminal of 80 columns, no word broken.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace photos {

class HelpFormatter : public CLI::Formatter {
public:
    std::string make_description(const CLI::App* app) const override;
    std::string make_subcommand(const CLI::App* command) const override;
    std::string make_option(const CLI::Option* option, bool is_positional) const override;
};

}  // namespace photos
