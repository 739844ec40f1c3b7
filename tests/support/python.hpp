// Python as it is installed, for tests that compare with its packages. A test installs nothing.
#pragma once

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "tests/support/shell.hpp"

namespace tn_test {

/// The interpreter: what TYPENET_PYTHON names, or python3.
inline std::string python() {
    const char* named = std::getenv("TYPENET_PYTHON");
    return quoted(named ? named : "python3");
}

/// Whether Python has these modules; a test that needs them says that it is skipped when not.
inline bool python_has(const std::string& modules) {
    const bool has = std::system((python() + " -c 'import " + modules + "' >/dev/null 2>&1").c_str()) == 0;
    if (!has)
        std::cout << "skipped: " << boost::unit_test::framework::current_test_case().p_name << ": " << python()
                  << " has not all of: " << modules << " (TYPENET_PYTHON names another)\n";
    return has;
}

/// Runs a script of the tests; its output, or what went wrong.
inline Run run_python(const std::string& script, const std::vector<std::string>& words) {
    std::string command = python() + " " + quoted(std::string(TN_SOURCE_DIR) + "/tests/" + script);
    for (const std::string& word : words) command += " " + quoted(word);
    return run_shell(command);
}

}  // namespace tn_test
