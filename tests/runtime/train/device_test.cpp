#define BOOST_TEST_MODULE device
#include <boost/test/unit_test.hpp>

#include "runtime/train/device.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using tn_test::contains;
using tn_test::error_of;

BOOST_AUTO_TEST_CASE(the_words_of_a_command_line_become_a_backend) {
    cpu::Backend backend = open_cpu("cpu", 3, "portable");
    BOOST_TEST(backend.threads().threads() == 3);
    BOOST_TEST((backend.isa() == Isa::portable));
    BOOST_TEST(contains(backend.describe(), "cpu, 3 threads, portable kernels, OpenBLAS "));
    BOOST_TEST(contains(open_cpu("auto", 1, "best").describe(), "cpu, 1 thread, "));
    BOOST_TEST((open_cpu("auto", 1, "best").isa() == best_isa()));
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_an_error_that_says_why) {
    BOOST_TEST(contains(error_of([] { open_cpu("cuda", 1, "best"); }), "--device cuda was asked for, but this program has the CPU's kernels only"));
    BOOST_TEST(error_of([] { open_cpu("gpu", 1, "best"); }) == "--device must be cpu, cuda or auto, not 'gpu'");
    BOOST_TEST(error_of([] { open_cpu("", 1, "best"); }) == "--device must be cpu, cuda or auto, not ''");
    BOOST_TEST(
        contains(error_of([] { open_cpu("cpu", -1, "best"); }), "threads must be 0 (every core) to 1024, not -1"));
    BOOST_TEST(error_of([] { open_cpu("cpu", 1, "sse9"); }) != "");
}
