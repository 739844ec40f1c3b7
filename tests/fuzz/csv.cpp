#include "runtime/data/csv.hpp"

#include <cmath>

#include "tests/fuzz/target.hpp"

std::vector<tn_test::Bytes> tn_test::samples() {
    std::vector<Bytes> files;
    for (const std::string_view content : {"size,\"price\"\r\n1,2.5\r\n\"3\",-4e1\r\n5,6\r\n", "1;2;3\n4;5;6\n\n7;8;9",
                                           "\xef\xbb\xbf\"a \"\"b\"\"\"\n0.5\n1e-30\n"}) {
        files.emplace_back();
        text(files.back(), content);
    }
    return files;
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return tn_test::attempt([&] {
        const tn::Table table = tn::parse_csv({reinterpret_cast<const char*>(data), size}, "x");
        tn_test::require(table.rows > 0 && table.values.size() == table.columns.size() * table.rows,
                         "as many values as rows and columns say");
        for (const float v : table.values) tn_test::require(std::isfinite(v), "every value is finite");
    });
}
