#define BOOST_TEST_MODULE file
#include "runtime/core/file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "tests/runtime/temporary_folder.hpp"

using namespace tn_test;
namespace fs = std::filesystem;

static std::string text_of(const fs::path& path) {
    const auto bytes = tn::read_file(path, 1000);
    return {bytes.begin(), bytes.end()};
}

static std::ptrdiff_t entries(const fs::path& folder) {
    return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read) {
    TemporaryFolder folder;
    tn::write_file(folder / "a.txt", "first");
    BOOST_TEST(text_of(folder / "a.txt") == "first");
    tn::write_file(folder / "a.txt", std::vector<std::uint8_t>{0, 255, 10});
    BOOST_TEST((tn::read_file(folder / "a.txt", 3) == std::vector<std::uint8_t>{0, 255, 10}));
    tn::write_file(folder / "a.txt", "");
    BOOST_TEST(text_of(folder / "a.txt").empty());
    BOOST_TEST(entries(folder.path()) == 1);
}

BOOST_AUTO_TEST_CASE(a_name_without_a_folder_is_in_the_current_one) {
    TemporaryFolder folder;
    const fs::path before = fs::current_path();
    fs::current_path(folder.path());
    tn::write_file("plain.txt", "here");
    fs::current_path(before);
    BOOST_TEST(text_of(folder / "plain.txt") == "here");
}

BOOST_AUTO_TEST_CASE(the_limit_is_the_last_allowed_size) {
    TemporaryFolder folder;
    const fs::path path = folder.write("a.bin", "12345");
    BOOST_TEST(tn::read_file(path, 5).size() == 5u);
    BOOST_TEST(error_of([&] { tn::read_file(path, 4); }) == path.string() + ": has 5 bytes, over the limit of 4");
}

BOOST_AUTO_TEST_CASE(only_regular_files_are_read) {
    TemporaryFolder folder;
    BOOST_TEST(error_of([&] { tn::read_file(folder.path(), 9); }) ==
               folder.path().string() + ": must be a regular file");
    BOOST_TEST(contains(error_of([&] { tn::read_file(folder / "none", 9); }), "none: cannot be read: No such file"));
    const fs::path pipe = folder / "pipe";
    BOOST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    BOOST_TEST(contains(error_of([&] { tn::read_file(pipe, 9); }), "pipe: must be a regular file"));
}

BOOST_AUTO_TEST_CASE(a_failed_write_leaves_nothing) {
    TemporaryFolder folder;
    BOOST_TEST(
        contains(error_of([&] { tn::write_file(folder / "none/a.txt", "x"); }), "a.txt: cannot be written: No such"));
    fs::create_directory(folder / "taken");
    BOOST_TEST(contains(error_of([&] { tn::write_file(folder / "taken", "x"); }),
                        "taken: cannot be written: it is not a regular file"));
    BOOST_TEST(contains(error_of([&] { tn::write_file("/dev/null", "x"); }), "it is not a regular file"));
    BOOST_TEST(entries(folder.path()) == 1);
}

// In a container many processes have the same number, one after another: as 1, or 7.
BOOST_AUTO_TEST_CASE(what_a_killed_process_of_the_same_number_left_is_in_nobodys_way) {
    TemporaryFolder folder;
    const std::string number = std::to_string(::getpid());
    for (int i = 0; i < 100; ++i) folder.write(".tn-" + number + "-" + std::to_string(i) + ".tmp", "half");
    tn::write_file(folder / "a", "whole");
    BOOST_TEST(text_of(folder / "a") == "whole");
    BOOST_TEST(entries(folder.path()) == 101);
    tn::remove_leftovers(folder.path());
    BOOST_TEST(entries(folder.path()) == 1);
    BOOST_CHECK_NO_THROW(tn::remove_leftovers(folder / "none"));
}

BOOST_AUTO_TEST_CASE(a_link_is_followed) {
    TemporaryFolder folder;
    folder.write("real/a.txt", "old");
    fs::create_symlink("real/a.txt", folder / "link");
    tn::write_file(folder / "link", "new");
    BOOST_TEST(fs::is_symlink(folder / "link"));
    BOOST_TEST(text_of(folder / "real/a.txt") == "new");
}

BOOST_AUTO_TEST_CASE(a_passing_file_is_as_whole_as_any) {
    TemporaryFolder folder;
    tn::write_passing_file(folder / "a", "long before");
    tn::write_passing_file(folder / "a", "after");
    BOOST_TEST(text_of(folder / "a") == "after");
    BOOST_TEST(contains(error_of([&] { tn::write_passing_file(folder / "no/a", "x"); }), "no/a: cannot be written: "));
}

BOOST_AUTO_TEST_CASE(a_file_grows_at_its_end_if_it_is_there) {
    TemporaryFolder folder;
    const auto path = folder.write("a", "begin, ");
    tn::append_to_file(path, "end");
    BOOST_TEST(text_of(path) == "begin, end");
    BOOST_TEST(
        contains(error_of([&] { tn::append_to_file(folder / "b", "x"); }), "b: cannot be written: No such file"));
    BOOST_TEST(contains(error_of([&] { tn::append_to_file(folder.path(), "x"); }), "cannot be written: "));
}
