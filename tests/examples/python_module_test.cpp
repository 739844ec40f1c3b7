// The module for Python: pip builds and installs it from the tree, and it says what the program says.
#define BOOST_TEST_MODULE python_module
#include <boost/test/unit_test.hpp>
#include <cstring>

#include "tests/support/program.hpp"
#include "tests/support/python.hpp"

using namespace tn_test;

BOOST_AUTO_TEST_CASE(pip_installs_it_and_it_says_what_photos_says) {
    if (std::strlen(TN_SANITIZE)) {
        std::cout << "skipped: a sanitizer's library cannot be loaded by a program without it\n";
        return;
    }
    if (!python_has("pip, scikit_build_core, nanobind, numpy")) return;
    const TemporaryFolder folder;
    const std::string installed = (folder / "installed").string(), ran = (folder / "ran").string();
    std::filesystem::create_directories(ran);
    const Run pip = run_shell(python() + " -m pip install --quiet --no-index --no-deps --no-build-isolation --target " +
                              quoted(installed) + " -C build-dir=" + quoted((folder / "build").string()) +
                              " -C cmake.define.TYPENET_PROGRAMS=" + quoted(TN_PROGRAMS) + " " +
                              quoted(std::string(TN_SOURCE_DIR) + "/examples/python"));
    BOOST_REQUIRE_MESSAGE(pip.status == 0, pip.out + pip.err);
    const Run r = run_shell("PYTHONPATH=" + quoted(installed) + " " + python() + " " +
                            quoted(std::string(TN_SOURCE_DIR) + "/tests/examples/python_module.py") + " " +
                            quoted(std::string(TN_PROGRAMS) + "/photos") + " " + quoted(ran));
    BOOST_TEST(r.status == 0, r.err);
    BOOST_TEST(r.out == "agrees\n");
}
