// Runs a command of the shell and keeps what it printed.
#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/runtime/temporary_folder.hpp"

namespace tn_test {

struct Run {
    int status = 0;  ///< the exit status; 128 and more: ended by a signal
    std::string out, err;

    std::vector<std::string> lines() const {
        std::vector<std::string> all;
        for (std::size_t at = 0; at < out.size();) {
            const std::size_t end = std::min(out.find('\n', at), out.size());
            all.push_back(out.substr(at, end - at));
            at = end + 1;
        }
        return all;
    }
};

inline std::string quoted(const std::string& word) {
    std::string text = "'";
    for (char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

inline std::string content(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Runs the command to its end, with nothing to read.
inline Run run_shell(const std::string& command) {
    const TemporaryFolder folder;
    const int status = std::system(("{ " + command + "; } >" + quoted((folder / "out").string()) + " 2>" +
                                    quoted((folder / "err").string()) + " </dev/null")
                                       .c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128, content(folder / "out"), content(folder / "err")};
}

}  // namespace tn_test
