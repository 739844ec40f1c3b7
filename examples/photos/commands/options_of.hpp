// The program's own table of commands and options, as its manual and what shells complete are made of it.
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

namespace photos {

inline std::vector<const CLI::Option*> options_of(const CLI::App& app) {
    return app.get_options([](const CLI::Option* o) { return !o->get_positional() && !o->get_group().empty(); });
}

inline std::vector<std::string> names_of(const CLI::Option& option) {
    std::vector<std::string> names;
    for (const std::string& name : option.get_snames()) names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
    return names;
}

/// What a value may be, where that is a list: "TEXT:{fp32,fp16}" names two.
inline std::vector<std::string> choices_of(const CLI::Option& option) {
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

inline bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

inline std::vector<const CLI::App*> commands_of(const CLI::App& program) {
    return program.get_subcommands([](const CLI::App*) { return true; });
}

}  // namespace photos
