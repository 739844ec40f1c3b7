// How much memory is free in a container: what control groups of both versions say.
#define BOOST_TEST_MODULE free_memory
#include "runtime/train/free_memory.hpp"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

using namespace tn;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

struct ControlGroups {
    fs::path root = fs::temp_directory_path() / ("typenet_groups_" + std::to_string(::getpid()));
    ControlGroups() { fs::create_directories(root); }
    ~ControlGroups() { fs::remove_all(root); }

    void write(const fs::path& name, const std::string& text) {
        fs::create_directories((root / name).parent_path());
        std::ofstream(root / name) << text << "\n";
    }
    std::size_t free() const { return free_group_bytes(root / "membership", root / "mount"); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_group_leaves_what_is_below_its_limit) {
    ControlGroups groups;
    groups.write("membership", "0::/work/job");
    groups.write("mount/work/job/memory.max", "1000000");
    groups.write("mount/work/job/memory.current", "300000");
    BOOST_TEST(groups.free() == 700000u);
    groups.write("mount/work/job/memory.stat", "anon 200000\ninactive_file 100000");
    BOOST_TEST(groups.free() == 800000u);
    groups.write("mount/work/job/memory.current", "1200000");
    BOOST_TEST(groups.free() == 0u);
}

BOOST_AUTO_TEST_CASE(the_least_of_the_groups_that_it_is_within_counts) {
    ControlGroups groups;
    groups.write("membership", "0::/work/job");
    groups.write("mount/work/memory.max", "500000");
    groups.write("mount/work/memory.current", "100000");
    groups.write("mount/work/job/memory.max", "max");
    groups.write("mount/work/job/memory.current", "100000");
    BOOST_TEST(groups.free() == 400000u);
    groups.write("mount/memory.max", "350000");
    groups.write("mount/memory.current", "200000");
    BOOST_TEST(groups.free() == 150000u);
}

BOOST_AUTO_TEST_CASE(groups_of_version_1_say_it_too) {
    ControlGroups groups;
    groups.write("membership", "5:devices:/\n4:cpu,memory:/docker/abc\n0::/");
    groups.write("mount/memory/memory.limit_in_bytes", "9000000");
    groups.write("mount/memory/memory.usage_in_bytes", "1000000");
    groups.write("mount/memory/memory.stat", "cache 5\ntotal_inactive_file 250000");
    BOOST_TEST(groups.free() == 8250000u);
}

BOOST_AUTO_TEST_CASE(without_a_limit_any_number_is_free) {
    ControlGroups groups;
    BOOST_TEST(groups.free() == no_limit);
    groups.write("membership", "0::/\nnonsense\n7:blkio:/");
    BOOST_TEST(groups.free() == no_limit);
    groups.write("mount/memory.max", "max");
    groups.write("mount/memory.current", "100");
    BOOST_TEST(groups.free() == no_limit);
    BOOST_TEST(free_host_bytes() > 1000000u);
    BOOST_TEST(free_host_bytes() < no_limit);
}
