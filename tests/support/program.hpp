// Runs one of the example programs and keeps what it printed.
#pragma once

#include <fmt/format.h>

#include "tests/support/shell.hpp"

namespace tn_test {

/// The shell command that runs TN_PROGRAMS/name with these words.
inline std::string command_of(const std::string& name, const std::vector<std::string>& words) {
    std::string command = quoted(std::string(TN_PROGRAMS) + "/" + name);
    for (const std::string& word : words) command += fmt::format(" {}", quoted(word));
    return command;
}

/// Runs the program to its end.
inline Run run(const std::string& name, const std::vector<std::string>& words) {
    return run_shell(command_of(name, words));
}

/// Runs the program until `file` has something in it, then kills it and waits for its end; false when it ended by
/// itself.
inline bool run_until(const std::filesystem::path& file, const std::string& name,
                      const std::vector<std::string>& words) {
    const std::string script = command_of(name, words) + " >/dev/null 2>&1 & p=$!; while [ ! -s " +
                               quoted(file.string()) +
                               " ] && kill -0 $p 2>/dev/null; do sleep 0.01; done; kill -9 $p 2>/dev/null; killed=$?; "
                               "{ wait $p; } 2>/dev/null; exit $killed";
    return std::system(script.c_str()) == 0;
}

/// Runs it and returns its one line of complaint; anything else it may do instead is returned as a text that says so.
inline std::string complaint(const std::string& name, const std::vector<std::string>& words) {
    const Run r = run(name, words);
    if (r.status != 1 && r.status != 2) return fmt::format("ended with status {}: {}", r.status, r.err);
    if (r.err.rfind("error: ", 0) != 0 || r.err.find('\n') != r.err.size() - 1) return "is not one line: " + r.err;
    return r.err.substr(7, r.err.size() - 8);
}

}  // namespace tn_test
