#include "examples/photos/commands/manual.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>

#include "examples/photos/commands/completion.hpp"
#include "examples/photos/commands/options_of.hpp"

namespace photos {

namespace {

std::string roff(const std::string& text) {
    std::string safe;
    for (const char c : text) {
        if ((c == '.' || c == '\'') && (safe.empty() || safe.back() == '\n')) safe += "\\&";
        if (c == '\\')
            safe += "\\e";
        else if (c == '-')
            safe += "\\-";
        else
            safe += c;
    }
    return safe;
}

std::string value_of(const CLI::Option& option) {
    if (!takes_value(option)) return "";
    const std::vector<std::string> choices = choices_of(option);
    const std::string type = option.get_type_name();
    const std::string words =
        choices.empty() ? type.substr(0, type.find(':')) : fmt::format("{}", fmt::join(choices, "|"));
    return " \\fI" + roff(words) + "\\fR";
}

std::string options_in_roff(const CLI::App& app) {
    std::string text;
    for (const CLI::Option* option : options_of(app)) {
        const std::string start = option->get_default_str();
        text += fmt::format(".TP\n\\fB{}\\fR{}\n{}{}\n", roff(fmt::format("{}", fmt::join(names_of(*option), ", "))),
                            value_of(*option), roff(option->get_description()),
                            start.empty() ? "" : roff(" (" + start + " unless it is given)"));
    }
    return text;
}

std::string synopsis_of(const CLI::App& command) {
    std::string text = fmt::format("\\fBphotos {}\\fR [\\fIoptions\\fR]", roff(command.get_name()));
    for (const CLI::Option* o : command.get_options([](const CLI::Option* each) { return each->get_positional(); })) {
        const std::string name = "\\fI" + roff(o->get_name()) + "\\fR" + (o->get_items_expected_max() > 1 ? "..." : "");
        text += o->get_required() ? " " + name : " [" + name + "]";
    }
    return text;
}

}  // namespace

std::string manual_of(const CLI::App& program) {
    std::string text = ".TH PHOTOS 1 \"\" \"typenet " TN_VERSION
                       "\"\n.SH NAME\nphotos \\- trains an image classifier on a folder of photographs, and uses it\n"
                       ".SH SYNOPSIS\n";
    for (const CLI::App* command : commands_of(program)) text += synopsis_of(*command) + "\n.br\n";
    text += ".SH DESCRIPTION\n" + roff(program.get_description()) + "\n.SH OPTIONS\n" + options_in_roff(program);
    for (const CLI::App* command : commands_of(program))
        text += fmt::format(".SH {}\n{}\n.PP\n{}\n{}", roff(command->get_name()), synopsis_of(*command),
                            roff(command->get_description()), options_in_roff(*command));
    return text +
           ".SH EXIT STATUS\n0 where all went well, 1 for bad input or a file that could not be read or written, 2 "
           "for a command line that is not understood. Errors are lines that begin with \\fBerror:\\fR.\n";
}

void add_manual_options(CLI::App& program) {
    const auto print = [](const std::string& text) {
        std::fwrite(text.data(), 1, text.size(), stdout);
        throw CLI::Success();
    };
    program.add_flag_callback(
        "--manual", [&program, print] { print(manual_of(program)); }, "print a page for man");
    program
        .add_option_function<std::string>(
            "--completion",
            [&program, print](const std::string& shell) {
                if (shell == "bash") print(bash_completion_of(program));
                print(shell == "fish" ? fish_completion_of(program) : zsh_completion_of(program));
            },
            "print a script that completes the command line")
        ->check(CLI::IsMember({"bash", "fish", "zsh"}));
}

}  // namespace photos
