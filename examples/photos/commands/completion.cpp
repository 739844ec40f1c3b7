#include "examples/photos/commands/completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "examples/photos/commands/options_of.hpp"

namespace photos {

namespace {

/// In single quotes of a shell, which have no escapes in fish but \' and \\; what ends them is left out.
std::string quoted(const std::string& text) {
    std::string safe = "'";
    for (const char c : text)
        if (c != '\'' && c != '\\') safe += c;
    return safe + "'";
}

std::vector<std::string> flags_of(const CLI::App& app) {
    std::vector<std::string> flags;
    for (const CLI::Option* option : options_of(app))
        for (const std::string& name : names_of(*option)) flags.push_back(name);
    return flags;
}

/// An option as _arguments of zsh takes it; brackets end what it says, and a colon begins what its value is.
std::string zsh_options_of(const CLI::App& app, const std::string& indent) {
    std::string text;
    for (const CLI::Option* option : options_of(app))
        for (const std::string& name : names_of(*option)) {
            std::string said;
            for (const char c : option->get_description())
                if (c != '[' && c != ']' && c != ':') said += c;
            std::string value;
            if (const auto values = choices_of(*option); !values.empty())
                value = fmt::format(": :({})", fmt::join(values, " "));
            else if (takes_value(*option))
                value = ": :_files";
            text += fmt::format("{}{} \\\n", indent, quoted(fmt::format("{}[{}]{}", name, said, value)));
        }
    return text;
}

}  // namespace

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

std::string zsh_completion_of(const CLI::App& program) {
    std::string commands, options;
    for (const CLI::App* command : commands_of(program)) {
        std::string said;
        for (const char c : command->get_description())
            if (c != ':') said += c;
        commands += fmt::format("                {}\n", quoted(command->get_name() + ":" + said));
        options += fmt::format(
            "                {})\n                    _arguments \\\n{}                        '*: :_files' ;;\n",
            command->get_name(), zsh_options_of(*command, "                        "));
    }
    return fmt::format(
        "#compdef photos\n_photos() {{\n    local context state state_descr line\n    typeset -A opt_args\n"
        "    _arguments -C \\\n{}        '1: :->command' \\\n        '*:: :->options'\n"
        "    case $state in\n        command)\n            local -a commands=(\n{}            )\n"
        "            _describe command commands ;;\n"
        "        options)\n            case $line[1] in\n{}            esac ;;\n    esac\n}}\n_photos \"$@\"\n",
        zsh_options_of(program, "        "), commands, options);
}

}  // namespace photos
