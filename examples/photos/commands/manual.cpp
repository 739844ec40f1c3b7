#include "examples/photos/commands/manual.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <vector>

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

/// In single quotes of a shell, which have no escapes in fish but \' and \\; what ends them is left out.
std::string quoted(const std::string& text) {
    std::string safe = "'";
    for (const char c : text)
        if (c != '\'' && c != '\\') safe += c;
    return safe + "'";
}

std::vector<const CLI::Option*> options_of(const CLI::App& app) {
    return app.get_options([](const CLI::Option* o) { return !o->get_positional() && !o->get_group().empty(); });
}

std::vector<std::string> names_of(const CLI::Option& option) {
    std::vector<std::string> names;
    for (const std::string& name : option.get_snames()) names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
    return names;
}

/// What a value may be, where that is a list: "TEXT:{fp32,fp16}" names two.
std::vector<std::string> choices_of(const CLI::Option& option) {
    const std::string type = option.get_type_name();
    const std::size_t begin = type.find('{'), end = type.find('}');
    std::vector<std::string> choices;
    if (begin == type.npos || end == type.npos) return choices;
    for (std::size_t at = begin + 1; at < end;) {
        const std::size_t next = std::min(type.find(',', at), end);
        choices.push_back(type.substr(at, next - at));
        at = next + 1;
    }
    return choices;
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

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

std::vector<const CLI::App*> commands_of(const CLI::App& program) {
    return program.get_subcommands([](const CLI::App*) { return true; });
}

std::vector<std::string> flags_of(const CLI::App& app) {
    std::vector<std::string> flags;
    for (const CLI::Option* option : options_of(app))
        for (const std::string& name : names_of(*option)) flags.push_back(name);
    return flags;
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

std::string bash_completion_of(const CLI::App& program) {
    std::vector<std::string> names;
    std::string choices, flags;
    for (const CLI::App* command : commands_of(program)) {
        names.push_back(command->get_name());
        flags += fmt::format("            {}) words={} ;;\n", command->get_name(),
                             quoted(fmt::format("{}", fmt::join(flags_of(*command), " "))));
        for (const CLI::Option* option : options_of(*command))
            if (const auto values = choices_of(*option); !values.empty())
                for (const std::string& name : names_of(*option))
                    choices += fmt::format("        {}) words={} ;;\n", quoted(command->get_name() + " " + name),
                                           quoted(fmt::format("{}", fmt::join(values, " "))));
    }
    const std::string all = fmt::format("{}", fmt::join(names, " "));
    return fmt::format(
        "# bash completion of photos\n_photos() {{\n"
        "    local current=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} command= words= word\n"
        "    for word in \"${{COMP_WORDS[@]:1:COMP_CWORD-1}}\"; do\n"
        "        case $word in {}) command=$word && break ;; esac\n    done\n"
        "    case \"$command $before\" in\n{}    esac\n"
        "    if [[ -z $words && $current = -* ]]; then\n        case $command in\n            '') words={} ;;\n{}      "
        "  esac\n"
        "    elif [[ -z $words && -z $command ]]; then\n        words='{}'\n    fi\n"
        "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n}}\n"
        "complete -o default -F _photos photos\n",
        fmt::join(names, "|"), choices, quoted(fmt::format("{}", fmt::join(flags_of(program), " "))), flags, all);
}

std::string fish_completion_of(const CLI::App& program) {
    std::string text = "# fish completion of photos\n";
    const auto add = [&](const CLI::App& app, const std::string& when) {
        for (const CLI::Option* option : options_of(app)) {
            text += fmt::format("complete -c photos -n {}", quoted(when));
            for (const std::string& name : option->get_snames()) text += " -s " + name;
            for (const std::string& name : option->get_lnames()) text += " -l " + name;
            if (const auto values = choices_of(*option); !values.empty())
                text += fmt::format(" -x -a {}", quoted(fmt::format("{}", fmt::join(values, " "))));
            else if (takes_value(*option))
                text += " -r";
            text += fmt::format(" -d {}\n", quoted(option->get_description()));
        }
    };
    add(program, "__fish_use_subcommand");
    for (const CLI::App* command : commands_of(program)) {
        text += fmt::format("complete -c photos -n __fish_use_subcommand -f -a {} -d {}\n", command->get_name(),
                            quoted(command->get_description()));
        add(*command, "__fish_seen_subcommand_from " + command->get_name());
    }
    return text;
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
                print(shell == "bash" ? bash_completion_of(program) : fish_completion_of(program));
            },
            "print a script that completes the command line")
        ->check(CLI::IsMember({"bash", "fish"}));
}

}  // namespace photos
