// Includes go one way: the project's own are held against the table, and each row of the table finds a planted fault.
#define BOOST_TEST_MODULE includes
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <regex>

#include "tests/house/include_rules.hpp"

namespace fs = std::filesystem;

struct Line {
    std::string file, text;
};

bool is_source(const fs::path& path) {
    const std::string name = path.extension().string();
    return name == ".hpp" || name == ".cpp" || name == ".cuh" || name == ".cu" || name == ".h";
}

/// The lines of the sources below these folders that are for the preprocessor.
std::vector<Line> directives(const std::vector<std::string>& folders) {
    std::vector<Line> lines;
    const fs::path root = TN_SOURCE_DIR;
    const std::regex directive(R"(\s*#.*)");
    for (const std::string& folder : folders)
        for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
            if (!entry.is_regular_file() || !is_source(entry.path())) continue;
            std::ifstream file(entry.path());
            for (std::string text; std::getline(file, text);)
                if (std::regex_match(text, directive))
                    lines.push_back({fs::relative(entry.path(), root).generic_string(), text});
        }
    return lines;
}

std::vector<Include> includes_of(const std::vector<Line>& lines) {
    std::vector<Include> includes;
    const std::regex include(R"(\s*#\s*include\s*["<]([^">]+)[">].*)");
    std::smatch match;
    for (const Line& line : lines)
        if (std::regex_match(line.text, match, include)) includes.push_back({line.file, match[1]});
    return includes;
}

/// The language is the same on every device and with every compiler: it has no #if.
std::vector<Line> conditions(const std::vector<Line>& lines) {
    std::vector<Line> found;
    const std::regex condition(R"(\s*#\s*if.*)");
    for (const Line& line : lines)
        if (is_in(line.file, "dsl") && std::regex_match(line.text, condition)) found.push_back(line);
    return found;
}

const std::vector<Include>& of_the_project() {
    static const std::vector<Include> includes =
        includes_of(directives({"dsl", "runtime", "examples", "tests", "bench"}));
    return includes;
}

/// What the project includes, without what is wrong in it: planting a fault there gives that fault alone.
std::vector<Include> sound() {
    std::vector<Include> includes = of_the_project();
    for (const Fault& fault : faults(includes)) std::erase(includes, fault.include);
    return includes;
}

void finds_exactly(const Include& planted, const std::string& rule) {
    std::vector<Include> includes = sound();
    includes.push_back(planted);
    const std::vector<Fault> found = faults(includes);
    BOOST_TEST_CONTEXT(planted.from << " includes " << planted.to) {
        BOOST_TEST_REQUIRE(found.size() == 1u);
        BOOST_TEST((found[0].include == planted));
        BOOST_TEST(found[0].rule == rule);
    }
}

/// The entry itself where it is a file, else one below it that is not there and so closes no circle.
std::string some_file(const std::string& entry) { return entry.ends_with(".hpp") ? entry : entry + "/planted.hpp"; }

BOOST_AUTO_TEST_CASE(the_project_keeps_the_order) {
    BOOST_TEST(of_the_project().size() > 1000u);
    for (const Fault& fault : faults(of_the_project()))
        BOOST_ERROR(fault.include.from << " includes " << fault.include.to << ": " << fault.rule);
}

BOOST_AUTO_TEST_CASE(the_language_has_no_conditions) {
    std::vector<Line> lines = directives({"dsl"});
    BOOST_TEST(lines.size() > 100u);
    for (const Line& line : conditions(lines)) BOOST_ERROR(line.file << " has " << line.text);
    for (const char* condition : {"#if 1", "#ifdef NDEBUG", "  #  ifndef TN"}) {
        BOOST_TEST(conditions({{"dsl/net/planted.hpp", condition}}).size() == 1u);
        BOOST_TEST(conditions({{"runtime/core/planted.hpp", condition}}).empty());
    }
}

BOOST_AUTO_TEST_CASE(an_include_upwards_is_found_in_every_row) {
    const Rows& rows = order_of_includes();
    for (std::size_t row = 0; row + 1 < rows.size(); ++row)
        for (const std::string& from : rows[row])
            for (const std::string& to : rows[row + 1]) {
                const bool umbrella = to == "dsl/typenet.hpp";
                finds_exactly({some_file(from), some_file(to)},
                              umbrella ? "the runtime does not include the umbrella" : "includes go down");
            }
}

BOOST_AUTO_TEST_CASE(an_include_of_a_neighbour_is_found_in_every_row) {
    for (const auto& row : order_of_includes())
        for (const std::string& from : row)
            for (const std::string& to : row)
                if (from != to)
                    finds_exactly({some_file(from), some_file(to)}, "neighbours in a row do not include each other");
}

BOOST_AUTO_TEST_CASE(an_include_downwards_or_within_a_folder_is_none) {
    const Rows& rows = order_of_includes();
    std::vector<Include> includes = sound();
    for (std::size_t row = 1; row < rows.size(); ++row)
        for (const std::string& from : rows[row])
            if (from != "dsl/net") includes.push_back({some_file(from), some_file(rows[row - 1].front())});
    includes.push_back({"runtime/train/graph/planted.hpp", "runtime/train/planted.hpp"});
    includes.push_back({"runtime/train/planted.hpp", "vector"});
    includes.push_back({"runtime/train/planted.hpp", "boost/container/small_vector.hpp"});
    std::erase_if(includes,
                  [](const Include& i) { return i.from.find("planted") != i.from.npos && i.to == "dsl/typenet.hpp"; });
    BOOST_TEST(faults(includes).empty());
}

BOOST_AUTO_TEST_CASE(what_breaks_a_rule_beside_the_order_is_found) {
    const std::string lists = "only dsl/core/sequence.hpp includes Boost.Hana and Boost.Mp11";
    finds_exactly({"dsl/core/planted.hpp", "boost/mp11/list.hpp"}, lists);
    finds_exactly({"examples/planted.cpp", "boost/mp11.hpp"}, lists);
    finds_exactly({"dsl/core/planted.hpp", "boost/hana/type.hpp"}, lists);
    finds_exactly({"dsl/core/planted.hpp", "planted.cuh"}, "the language includes no CUDA header");
    finds_exactly({"dsl/net/planted.hpp", "dsl/layers/planted.hpp"}, "the networks' mechanics name no layer");
    const std::string layer = "the runtime names no layer", umbrella = "the runtime does not include the umbrella";
    for (const auto& row : order_of_includes())
        for (const std::string& folder : row) {
            if (!is_in(folder, "runtime")) continue;
            finds_exactly({some_file(folder), "dsl/layers/planted.hpp"}, layer);
            finds_exactly({some_file(folder), "dsl/typenet.hpp"}, umbrella);
        }
}

BOOST_AUTO_TEST_CASE(a_folder_that_has_no_row_is_found) {
    const std::string rule = "a folder is in the table of includes";
    finds_exactly({"dsl/planted/planted.hpp", "vector"}, rule);
    finds_exactly({"runtime/planted.hpp", "vector"}, rule);
    finds_exactly({"examples/planted.cpp", "runtime/planted/planted.hpp"}, rule);
}

BOOST_AUTO_TEST_CASE(a_circle_of_files_is_found) {
    std::vector<Include> includes = sound();
    includes.push_back({"runtime/train/planted.hpp", "runtime/train/graph/planted.hpp"});
    includes.push_back({"runtime/train/graph/planted.hpp", "../between.hpp"});
    BOOST_TEST(faults(includes).empty());
    const Include closing{"runtime/train/between.hpp", "planted.hpp"};
    includes.push_back(closing);
    const std::vector<Fault> found = faults(includes);
    BOOST_TEST_REQUIRE(found.size() == 1u);
    BOOST_TEST((found[0].include == closing));
}

BOOST_AUTO_TEST_CASE(an_include_is_found_however_it_is_written) {
    const std::vector<Line> lines = {{"runtime/core/planted.hpp", "#include \"runtime/cpu/planted.hpp\""},
                                     {"runtime/core/planted.hpp", "#include <runtime/cpu/planted.hpp>  // why"},
                                     {"runtime/core/planted.hpp", " # include <typenet/runtime/cpu/planted.hpp>"},
                                     {"runtime/core/planted.hpp", "#include \"../cpu/planted.hpp\""},
                                     {"runtime/core/planted.hpp", "#include <typenet/typenet.hpp>"},
                                     {"runtime/core/planted.hpp", "#define TN_PLANTED"}};
    const std::vector<Include> includes = includes_of(lines);
    BOOST_TEST_REQUIRE(includes.size() == 5u);
    for (const Include& include : includes) BOOST_TEST(faults({include}).size() == 1u, include.to << " is not found");
}
