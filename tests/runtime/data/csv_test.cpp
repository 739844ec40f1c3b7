#define BOOST_TEST_MODULE csv
#include "runtime/data/csv.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/runtime/data/sample_files.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn_test;
using tn::Table;

static std::string refusal(std::string_view text) {
    return error_of([&] { tn::parse_csv(text, "data.csv"); });
}

BOOST_AUTO_TEST_CASE(a_header_and_rows) {
    const Table table = tn::parse_csv("size,\"price, new\",\"a \"\"b\"\"\"\n1,2.5,-3e2\n4,+5,.5\n", "t");
    BOOST_TEST((table.columns == std::vector<std::string>{"size", "price, new", "a \"b\""}));
    BOOST_TEST(table.rows == 2);
    BOOST_TEST((table.values == std::vector<float>{1, 2.5f, -300, 4, 5, 0.5f}));
}

BOOST_AUTO_TEST_CASE(no_header_semicolons_crlf_blank_lines_and_a_byte_order_mark) {
    const Table table = tn::parse_csv("\xEF\xBB\xBF\r\n 1 ;\"2\"\r\n\r\n   \n3;\t4", "t");
    BOOST_TEST((table.columns == std::vector<std::string>{"1", "2"}));
    BOOST_TEST((table.values == std::vector<float>{1, 2, 3, 4}));
    BOOST_TEST(table.rows == 2);
}

BOOST_AUTO_TEST_CASE(one_column) {
    const Table table = tn::parse_csv("y\n1\n\n2\n", "t");
    BOOST_TEST(table.columns.size() == 1u);
    BOOST_TEST((table.values == std::vector<float>{1, 2}));
}

BOOST_AUTO_TEST_CASE(a_wrong_field_is_named_by_line_and_column) {
    BOOST_TEST(refusal("a,b,price\n1,2,3\n\n4,5,6\n\n\n1,2,abc\n") ==
               "data.csv:7: column 3 'price' must be a number, not 'abc'");
    BOOST_TEST(refusal("1,2\n3,x\n") == "data.csv:2: column 2 must be a number, not 'x'");
    BOOST_TEST(refusal("a,b\n1,\n") == "data.csv:2: column 2 'b' must be a number, but is empty");
    BOOST_TEST(refusal("1,,3\n") == "data.csv:1: column 2 must be a number, but is empty");
    BOOST_TEST(refusal("a\n1 2\n") == "data.csv:2: column 1 'a' must be a number, not '1 2'");
    BOOST_TEST(refusal("a;b\n1,5;2\n") == "data.csv:2: column 1 'a' must be a number, not '1,5'");
    BOOST_TEST(refusal("a\n0x10\n") == "data.csv:2: column 1 'a' must be a number, not '0x10'");
    BOOST_TEST(refusal("a\n+-1\n") == "data.csv:2: column 1 'a' must be a number, not '+-1'");
    BOOST_TEST(contains(refusal("a\n" + std::string(100, 'z')), "not '" + std::string(40, 'z') + "...'"));
}

BOOST_AUTO_TEST_CASE(numbers_must_be_finite) {
    for (const std::string text : {"nan", "inf", "-inf", "1e39", "1e999"}) {
        BOOST_TEST(refusal("a\n" + text) == "data.csv:2: column 1 'a' must be a finite number, not '" + text + "'");
        BOOST_TEST(refusal(text) == "data.csv:1: column 1 must be a finite number, not '" + text + "'");
    }
}

BOOST_AUTO_TEST_CASE(ragged_rows_and_open_quotes_are_errors) {
    BOOST_TEST(refusal("a,b\n1,2\n1,2,3\n") == "data.csv:3: must have 2 fields like the first line, not 3");
    BOOST_TEST(refusal("a,b\n1\n") == "data.csv:2: must have 2 fields like the first line, not 1");
    BOOST_TEST(refusal("a,b\n1,\"2\n") == "data.csv:2: a quoted field must end on its line");
    BOOST_TEST(refusal("a,b\n\"1\"x,2\n") == "data.csv:2: a quoted field must be followed by a separator");
}

BOOST_AUTO_TEST_CASE(a_table_must_have_rows) {
    for (const std::string text : {"", "\n\r\n  \n", "\xEF\xBB\xBF"})
        BOOST_TEST(refusal(text) == "data.csv: must hold a table of numbers, but is empty");
    BOOST_TEST(refusal("a,b\n") == "data.csv: must have at least one row of numbers");
}

BOOST_AUTO_TEST_CASE(a_file_is_named_by_its_path) {
    TemporaryFolder folder;
    BOOST_TEST(tn::read_csv(folder.write("good.csv", "1,2\n")).values.size() == 2u);
    const auto path = folder.write("bad.csv", "1,2\n1,?\n");
    BOOST_TEST(error_of([&] { tn::read_csv(path); }) == path.string() + ":2: column 2 must be a number, not '?'");
    BOOST_TEST(contains(error_of([&] { tn::read_csv(folder / "none.csv"); }), "none.csv: cannot be read"));
}

BOOST_AUTO_TEST_CASE(damage_ends_in_an_error_or_a_table) {
    const std::string text = "size,\"price\"\r\n1,2.5\r\n\"3\",-4e1\r\n5,6\r\n";
    const Bytes file(text.begin(), text.end());
    int tables = 0, errors = 0;
    for (std::uint64_t i = 0; i < 2000; ++i) {
        const Bytes bytes = mutated(file, i);
        try {
            const Table table = tn::parse_csv({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, "data.csv");
            BOOST_REQUIRE(table.values.size() == table.columns.size() * table.rows);
            ++tables;
        } catch (const tn::Error&) {
            ++errors;
        }
    }
    BOOST_TEST_MESSAGE(tables << " tables, " << errors << " errors");
    BOOST_TEST(tables > 100);
    BOOST_TEST(errors > 100);
}
