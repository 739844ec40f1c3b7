// The order of includes: which folder may include which, as one table, and a few rules beside it.
#pragma once
#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// Line `#include "to"` or `#include <to>` in file `from`, a path below the project's folder.
struct Include {
    std::string from, to;
    bool operator==(const Include&) const = default;
};

/// An include that must not be, and which rule says so.
struct Fault {
    Include include;
    std::string rule;
};

using Rows = std::vector<std::vector<std::string>>;

/// From the bottom to the top. A folder may include itself and what is in the rows before its own; neighbours in a row
/// do not know each other. A sub-folder with no entry of its own is part of the folder that has one.
inline const Rows& order_of_includes() {
    static const Rows rows = {
        {"dsl/core"},
        {"dsl/init"},
        {"dsl/layers", "dsl/fusions", "dsl/loss", "dsl/optim"},
        {"dsl/net"},
        {"dsl/networks"},
        {"runtime/core"},
        {"runtime/data", "runtime/io"},
        {"runtime/cpu", "runtime/cuda"},
        {"runtime/model"},
        {"dsl/typenet.hpp"},
        {"runtime/export", "runtime/train"},
        {"runtime/report", "runtime/int8"},
        {"examples"},
        {"tests", "bench"},
    };
    return rows;
}

inline bool is_or_is_in(const std::string& path, const std::string& folder) {
    return path == folder || path.rfind(folder + "/", 0) == 0;
}
inline bool is_in(const std::string& path, const std::string& folder) { return path.rfind(folder + "/", 0) == 0; }

/// Which row and entry of the table a path belongs to.
struct Place {
    std::size_t row;
    std::string entry;
};
inline std::optional<Place> place_of(const std::string& path) {
    const Rows& rows = order_of_includes();
    for (std::size_t row = 0; row < rows.size(); ++row)
        for (const std::string& entry : rows[row])
            if (is_or_is_in(path, entry)) return Place{row, entry};
    return std::nullopt;
}

/// `to` as a path below the project's folder: users also write <typenet/...>, and neighbours "name.hpp" or
/// "../name.hpp".
inline std::string resolved(const Include& include) {
    std::string to = include.to;
    if (to == "typenet/typenet.hpp") return "dsl/typenet.hpp";
    if (is_in(to, "typenet")) to.erase(0, std::string("typenet/").size());
    for (const char* top : {"dsl", "runtime", "examples", "tests", "bench", "boost"})
        if (is_in(to, top)) return to;
    return (std::filesystem::path(include.from).parent_path() / to).lexically_normal().string();
}

/// A rule beside the table: what its name says must not be.
struct Rule {
    std::string name;
    std::function<bool(const std::string& from, const std::string& to)> broken_by;
};
inline const std::vector<Rule>& rules_beside_the_order() {
    static const std::vector<Rule> rules = {
        {"only dsl/core/sequence.hpp includes Boost.Hana and Boost.Mp11",
         [](const auto& from, const auto& to) {
             const bool lists =
                 is_in(to, "boost/hana") || is_in(to, "boost/mp11") || to == "boost/hana.hpp" || to == "boost/mp11.hpp";
             return lists && from != "dsl/core/sequence.hpp";
         }},
        {"the language includes no CUDA header",
         [](const auto& from, const auto& to) { return is_in(from, "dsl") && to.ends_with(".cuh"); }},
        {"the networks' mechanics name no layer",
         [](const auto& from, const auto& to) { return is_in(from, "dsl/net") && is_in(to, "dsl/layers"); }},
        {"the runtime names no layer",
         [](const auto& from, const auto& to) { return is_in(from, "runtime") && is_in(to, "dsl/layers"); }},
        {"the runtime does not include the umbrella",
         [](const auto& from, const auto& to) { return is_in(from, "runtime") && to == "dsl/typenet.hpp"; }},
    };
    return rules;
}

/// Why this include must not be, or nothing. What is neither the project's nor in a rule may be included anywhere.
inline std::optional<std::string> broken_rule(const Include& include) {
    const std::string to = resolved(include);
    for (const Rule& rule : rules_beside_the_order())
        if (rule.broken_by(include.from, to)) return rule.name;
    const auto below = place_of(to), above = place_of(include.from);
    if (!above) return "a folder is in the table of includes";
    if (!below) {
        const bool ours = is_in(to, "dsl") || is_in(to, "runtime");
        return ours ? std::optional<std::string>("a folder is in the table of includes") : std::nullopt;
    }
    if (above->entry == below->entry || above->row > below->row) return std::nullopt;
    return above->row == below->row ? "neighbours in a row do not include each other" : "includes go down";
}

/// Includes that close a circle of files: each of them, in the order of the files' names.
inline std::vector<Include> circles(const std::vector<Include>& includes) {
    std::map<std::string, std::vector<Include>> of;
    for (const Include& include : includes) of[include.from].push_back(include);
    std::set<std::string> open, done;
    std::vector<Include> closing;
    const std::function<void(const std::string&)> visit = [&](const std::string& file) {
        open.insert(file);
        for (const Include& include : of[file]) {
            const std::string to = resolved(include);
            if (open.contains(to))
                closing.push_back(include);
            else if (!done.contains(to))
                visit(to);
        }
        open.erase(file);
        done.insert(file);
    };
    for (const Include& include : includes)
        if (!done.contains(include.from)) visit(include.from);
    return closing;
}

/// All that is wrong with these includes.
inline std::vector<Fault> faults(const std::vector<Include>& includes) {
    std::vector<Fault> found;
    for (const Include& include : includes)
        if (const auto rule = broken_rule(include)) found.push_back({include, *rule});
    for (const Include& include : circles(includes))
        found.push_back({include, "files do not include each other in a circle"});
    return found;
}
