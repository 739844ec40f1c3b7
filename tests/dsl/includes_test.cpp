// Includes go one way: examples and tests -> the umbrella -> net, layers -> core; the runtime names no layer.
#define BOOST_TEST_MODULE includes
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;

struct Include {
    std::string from, to;
};

std::vector<Include> includes(const char* folder) {
    std::vector<Include> all;
    const fs::path root = TN_SOURCE_DIR;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
        if (!entry.is_regular_file()) continue;
        std::ifstream file(entry.path());
        for (std::string line; std::getline(file, line);)
            if (line.rfind("#include ", 0) == 0 && line.size() > 11)
                all.push_back({fs::relative(entry.path(), root).string(), line.substr(10, line.size() - 11)});
    }
    BOOST_REQUIRE(!all.empty());
    return all;
}
bool under(const std::string& path, const char* folder) { return path.rfind(folder, 0) == 0; }

BOOST_AUTO_TEST_CASE(the_runtime_names_no_layer_and_not_the_umbrella) {
    for (const Include& i : includes("runtime")) {
        BOOST_TEST(!under(i.to, "dsl/layers/"), i.from << " includes " << i.to);
        BOOST_TEST(i.to != "dsl/typenet.hpp", i.from << " includes the umbrella");
        BOOST_TEST(!under(i.to, "examples/"), i.from << " includes " << i.to);
    }
}
BOOST_AUTO_TEST_CASE(the_core_of_either_side_includes_nothing_above_it) {
    for (const Include& i : includes("dsl/core"))
        if (under(i.to, "dsl/") || under(i.to, "runtime/"))
            BOOST_TEST(under(i.to, "dsl/core/"), i.from << " includes " << i.to);
    for (const Include& i : includes("runtime/core"))
        if (under(i.to, "dsl/") || under(i.to, "runtime/"))
            BOOST_TEST(under(i.to, "runtime/core/"), i.from << " includes " << i.to);
}
BOOST_AUTO_TEST_CASE(net_names_no_layer_and_the_language_no_cuda_header) {
    for (const Include& i : includes("dsl/net"))
        BOOST_TEST(!under(i.to, "dsl/layers/"), i.from << " includes " << i.to);
    for (const Include& i : includes("dsl"))
        BOOST_TEST((!under(i.to, "cuda") && i.to.find(".cuh") == i.to.npos), i.from << " includes " << i.to);
}
BOOST_AUTO_TEST_CASE(only_one_file_includes_hana) {
    for (const Include& i : includes("dsl"))
        if (under(i.to, "boost/hana")) BOOST_TEST(i.from == "dsl/core/sequence.hpp");
}
