#include "examples/photos/commands/help_format.hpp"

#include <sstream>

namespace photos {

namespace {

constexpr std::size_t columns = 80;
constexpr std::size_t indent = 30;  // of the column with the descriptions

/// Adds the words of a text, on lines that begin after so many spaces. `line` is what the last line has already.
std::string wrap(std::string line, const std::string& text, std::size_t begin) {
    std::string lines;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        const bool first = line.size() <= begin;
        if (!first && line.size() + 1 + word.size() > columns) {
            lines += line + "\n";
            line = std::string(begin, ' ') + word;
        } else {
            line += (first ? "" : " ") + word;
        }
    }
    return lines + line + "\n";
}

/// A name, and beside it, or below it where it is long, its description.
std::string entry(const std::string& name, const std::string& description) {
    const std::string left = "  " + name;
    if (left.size() + 2 > indent) return left + "\n" + wrap(std::string(indent, ' '), description, indent);
    return wrap(left + std::string(indent - left.size(), ' '), description, indent);
}

}  // namespace

std::string HelpFormatter::make_description(const CLI::App* app) const { return wrap("", app->get_description(), 0); }

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
    return entry(command->get_name(), command->get_description());
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
    return entry(make_option_name(option, is_positional) + make_option_opts(option), make_option_desc(option));
}

}  // namespace photos
