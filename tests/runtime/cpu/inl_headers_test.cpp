// Every header with code for one instruction set compiles by itself, for the portable set, so none counts on the order
// in which others are included.
#define BOOST_TEST_MODULE inl_headers
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>

#include "tests/support/shell.hpp"

namespace fs = std::filesystem;

BOOST_AUTO_TEST_CASE(every_header_of_the_kernels_compiles_alone) {
    const fs::path root = TN_SOURCE_DIR;
    int headers = 0;
    for (const auto& entry : fs::recursive_directory_iterator(root / "runtime/cpu")) {
        const std::string path = entry.path().string();
        if (!path.ends_with("-inl.hpp")) continue;
        ++headers;
        const tn_test::Run run =
            tn_test::run_shell(tn_test::quoted(TN_CXX) + " -std=c++20 -fsyntax-only -I" +
                               tn_test::quoted(root.string()) + " -x c++ " + tn_test::quoted(path));
        BOOST_TEST(run.status == 0, path << ":\n" << run.err);
    }
    BOOST_TEST(headers > 20);
}
