#define BOOST_TEST_MODULE output_folder
#include "runtime/data/output_folder.hpp"

#include <boost/test/unit_test.hpp>

#include "runtime/data/quarantine.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using namespace tn_test;
namespace fs = std::filesystem;

BOOST_AUTO_TEST_CASE(what_it_makes_is_marked_and_stays_with_what_is_written) {
    TemporaryFolder folder;
    {
        const OutputFolder deep(folder / "a/b/");
        for (const char* name : {"a", "a/b"}) BOOST_TEST(is_output_folder(folder / name), name);
        BOOST_TEST(!is_output_folder(folder.path()));
        folder.write("a/b/curves.png", "x");
    }
    for (const char* name : {"a", "a/b"}) BOOST_TEST(is_output_folder(folder / name), name);
    BOOST_TEST(fs::exists(folder / "a/b/curves.png"));
}

BOOST_AUTO_TEST_CASE(what_it_made_and_nothing_was_written_to_goes) {
    TemporaryFolder folder;
    { const OutputFolder deep(folder / "a/b/c"); }
    BOOST_TEST(!fs::exists(folder / "a"));
    {
        const OutputFolder deep(folder / "a/b/c");
        folder.write("a/other", "x");
    }
    BOOST_TEST(fs::exists(folder / "a/other"));
    BOOST_TEST(!fs::exists(folder / "a/b"));
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_there_stays_and_is_marked_only_when_empty) {
    TemporaryFolder folder;
    fs::create_directory(folder / "empty");
    folder.write("photographs/1.png", "x");
    for (const char* name : {"empty", "photographs"}) {
        const OutputFolder output(folder / name);
    }
    BOOST_TEST(is_output_folder(folder / "empty"));
    BOOST_TEST(!is_output_folder(folder / "photographs"));
    BOOST_TEST(!fs::exists(folder / "photographs" / output_marker));
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_made_leaves_none_of_those_above_it) {
    TemporaryFolder folder;
    const fs::path file = folder.write("file", "x");
    BOOST_TEST(contains(error_of([&] { OutputFolder(file / "run"); }), "file/run: the folder cannot be made: "));
    BOOST_TEST(contains(error_of([&] { OutputFolder{file}; }), "file: the folder cannot be made: "));
    const fs::path longest = folder / "new" / std::string(300, 'x');
    BOOST_TEST(contains(error_of([&] { OutputFolder{longest}; }), "the folder cannot be made: "));
    BOOST_TEST(!fs::exists(folder / "new"));
}

BOOST_AUTO_TEST_CASE(moved_photographs_are_no_photographs_to_read) {
    TemporaryFolder folder;
    folder.write("moved/ada/1.png", "x");
    BOOST_TEST(!is_output_folder(folder / "moved"));
    folder.write(std::string("moved/") + journal_name, "");
    BOOST_TEST(is_output_folder(folder / "moved"));
}
