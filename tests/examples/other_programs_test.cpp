// The short example programs from outside.
#define BOOST_TEST_MODULE other_programs
#include <boost/test/unit_test.hpp>

#include "tests/support/program.hpp"

using namespace tn_test;

BOOST_AUTO_TEST_CASE(toy_learns_exclusive_or) {
    const Run r = run("toy", {});
    BOOST_TEST(r.status == 0, r.err);
    BOOST_TEST(contains(r.lines().back(), "right 4 of 4"));
}

BOOST_AUTO_TEST_CASE(regression_learns_a_sine) {
    const Run r = run("regression", {});
    BOOST_TEST(r.status == 0, r.err);
    const std::string start = "root mean square error ", last = r.lines().back();
    BOOST_REQUIRE(last.rfind(start, 0) == 0);
    BOOST_TEST(std::stod(last.substr(start.size())) < 0.15, last);
}

BOOST_AUTO_TEST_CASE(regression_reads_a_table) {
    const TemporaryFolder folder;
    std::string table = "x;y\n";
    for (int i = 0; i < 50; ++i) table += std::to_string(i) + ";" + std::to_string(3 * i + 1) + "\n";
    const Run r = run("regression", {folder.write("line.csv", table).string()});
    BOOST_TEST(r.status == 0, r.err);
    const std::string last = r.lines().back();
    BOOST_TEST(std::stod(last.substr(last.find("error ") + 6)) < 3, last);
    const auto bad = [&](const char* name, const char* text) {
        return complaint("regression", {folder.write(name, text).string()});
    };
    BOOST_TEST(
        contains(bad("word.csv", "x,y\n1,2\n3,four\n"), "word.csv:3: column 2 'y' must be a number, not 'four'"));
    BOOST_TEST(contains(bad("wide.csv", "1,2,3\n4,5,6\n"), "must have 2 columns"));
    BOOST_TEST(contains(bad("empty.csv", ""), "empty.csv: must hold a table"));
    BOOST_TEST(contains(bad("new\nline.csv", ""), "new\\nline.csv: "));
    BOOST_TEST(contains(complaint("regression", {(folder / "none.csv").string()}), "none.csv: cannot be read"));
}

BOOST_AUTO_TEST_CASE(digits_names_the_file_that_is_missing) {
    const TemporaryFolder folder;
    BOOST_TEST(
        contains(complaint("digits", {folder.path().string()}), "train-images-idx3-ubyte: cannot be read: No such"));
    BOOST_TEST(contains(complaint("digits", {folder.path().string(), "--device", "gpu"}),
                        "--device must be cpu, cuda or auto, not 'gpu'"));
    folder.write("train-images-idx3-ubyte", "not digits");
    folder.write("train-labels-idx1-ubyte", "not digits");
    BOOST_TEST(contains(complaint("digits", {folder.path().string()}), "train-"));
    for (const std::vector<std::string>& words : {std::vector<std::string>{},
                                                  {folder.path().string(), "--epochs", "0"},
                                                  {folder.path().string(), "--epochs", "x"}})
        BOOST_TEST(run("digits", words).status != 0);
}
