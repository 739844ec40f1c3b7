#define BOOST_TEST_MODULE json_events
#include "runtime/io/json_events.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using tn_test::contains;
using tn_test::error_of;

namespace {

SafetensorsHeader parse(std::string_view text) {
    return parse_safetensors_header({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}
std::string refusal(std::string_view text) {
    const std::string said = error_of([&] { parse(text); });
    return said.starts_with("its header is not in order: ") ? said.substr(28) : "says " + said;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_a_header_says_is_found_and_the_rest_is_passed_over) {
    const SafetensorsHeader h = parse(
        R"({"b":{"shape":[2,3],"dtype":"F32","more":{"dtype":[1,{"shape":null}],"x":true},"data_offsets":[0,24]},
            "__metadata__":{"k":"v","":"\u00e9"},"a":{"data_offsets":[24,24],"dtype":"I64","shape":[]} })");
    BOOST_REQUIRE(h.tensors.size() == 2u);
    BOOST_TEST(h.tensors[0].name == "b");
    BOOST_TEST(h.tensors[0].dtype == "F32");
    BOOST_TEST((h.tensors[0].shape == std::vector<std::int64_t>{2, 3}));
    BOOST_TEST((h.tensors[0].offsets == std::vector<std::int64_t>{0, 24}));
    BOOST_TEST(h.tensors[1].shape.empty());
    BOOST_TEST(h.metadata.at("k") == "v");
    BOOST_TEST(h.metadata.at("") == "é");
    BOOST_TEST(parse("{}").tensors.empty());
}

BOOST_AUTO_TEST_CASE(what_is_another_kind_is_named) {
    BOOST_TEST(refusal("[]") == "it must be an object");
    BOOST_TEST(refusal("3") == "it must be an object");
    BOOST_TEST(contains(refusal("{"), "parse error"));
    BOOST_TEST(contains(refusal(""), "parse error"));
    BOOST_TEST(refusal(R"({"a":1})") == "'a' must be an object");
    BOOST_TEST(refusal(R"({"a":[]})") == "'a' must be an object");
    BOOST_TEST(refusal(R"({"a":{}})") == "tensor 'a' must have a dtype");
    BOOST_TEST(refusal(R"({"a":{"dtype":"F32","shape":[1]}})") == "tensor 'a' must have a data_offsets");
    BOOST_TEST(refusal(R"({"a":{"dtype":3}})") == "tensor 'a' has another kind of dtype");
    BOOST_TEST(refusal(R"({"a":{"shape":{}}})") == "tensor 'a' has another kind of shape");
    for (const char* list : {"1.5", "\"1\"", "[1]", "{}", "null", "18446744073709551615"})
        BOOST_TEST(refusal(std::string(R"({"a":{"shape":[)") + list + "]}}") == "tensor 'a' has another kind of shape");
    BOOST_TEST(refusal(R"({"a":{"dtype":"F32","shape":[],"data_offsets":[0,0]},"a":{}})") == "'a' is there twice");
    BOOST_TEST(refusal(R"({"__metadata__":{"k":1}})") == "what belongs to 'k' of the metadata must be a text");
    BOOST_TEST(refusal(std::string(100000, '[')) == "it must be an object");
    BOOST_TEST(contains(refusal(R"({"a":{"more":)" + std::string(100000, '[')), "parse error"));
}

BOOST_AUTO_TEST_CASE(lists_of_one_kind) {
    BOOST_TEST((parse_json_texts(R"(["a","é\n",""])") == std::vector<std::string>{"a", "é\n", ""}));
    BOOST_TEST(parse_json_texts("[]").empty());
    BOOST_TEST((parse_json_numbers("[1,-2,0.5,1e3]") == std::vector<double>{1, -2, 0.5, 1000}));
    for (const char* other : {"{}", "1", "[1]", "[[]]", "[null]", "[\"a\",[]]"})
        BOOST_TEST(error_of([&] { parse_json_texts(other); }) == "it must be a list of texts, or of numbers", other);
    for (const char* other : {"\"a\"", "[\"a\"]", "[true]"})
        BOOST_TEST(error_of([&] { parse_json_numbers(other); }) == "it must be a list of texts, or of numbers", other);
    BOOST_TEST(contains(error_of([] { parse_json_numbers("[1"); }), "parse error"));
    BOOST_TEST(json_text("a\"b\n\xff") == "\"a\\\"b\\n\xEF\xBF\xBD\"");
}
