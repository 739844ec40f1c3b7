// Weights of other programs: good files, and files from strangers.
#define BOOST_TEST_MODULE weights_file
#include "runtime/io/weights_file.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "runtime/core/error.hpp"
#include "runtime/core/file.hpp"
#include "runtime/io/torch_file.hpp"
#include "tests/runtime/temporary_folder.hpp"
#include "tests/support/torch_writer.hpp"

using namespace tn;
using namespace tn::test;
using tn_test::TemporaryFolder;
using namespace std::string_literals;

namespace {

std::vector<NamedTensor> read(const std::string& file) {
    return read_torch_file({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()}, "file");
}

std::string error_of(const std::string& file) {
    try {
        read(file);
    } catch (const Error& e) {
        return e.what();
    }
    return "";
}

bool refused(const std::string& file, const std::string& words) {
    const std::string error = error_of(file);
    const bool right = error.find(words) != std::string::npos;
    if (!right) BOOST_TEST_MESSAGE("said was: " << error);
    return right;
}

/// One of each kind: rows, a transposed part of a storage, 16-bit numbers and counts.
std::vector<SavedTensor> some_tensors() {
    SavedTensor transposed = saved("t", {3, 2}, {9, 1, 2, 3, 4, 5, 6});
    transposed.stride = {1, 3};
    transposed.offset = 1;
    return {saved("a.weight", {2, 2}, {1, 2, 3, 4}),
            transposed,
            {"half", "HalfStorage", "\x00\x3c\x00\xc0\x01\x00\x00\x7c"s, 4, {4}, {1}},
            {"brain", "BFloat16Storage", "\x80\x3f\x00\xc0"s, 2, {2}, {1}},
            {"count", "LongStorage", std::string(8, '\0'), 1, {}, {}}};
}

void check_some_tensors(const std::vector<NamedTensor>& t) {
    BOOST_REQUIRE(t.size() == 5);
    BOOST_TEST(t[0].name == "a.weight");
    BOOST_TEST(t[0].shape == (std::vector<std::int64_t>{2, 2}));
    BOOST_TEST(t[0].values == (std::vector<float>{1, 2, 3, 4}));
    BOOST_TEST(t[1].values == (std::vector<float>{1, 4, 2, 5, 3, 6}));
    BOOST_TEST(t[2].dtype == "F16");
    BOOST_TEST(t[2].values == (std::vector<float>{1, -2, std::ldexp(1.0f, -24), HUGE_VALF}));
    BOOST_TEST(t[3].dtype == "BF16");
    BOOST_TEST(t[3].values == (std::vector<float>{1, -2}));
    BOOST_TEST(t[4].dtype == "I64");
    BOOST_TEST(t[4].values.empty());
}

}  // namespace

BOOST_AUTO_TEST_CASE(both_formats_of_torch_are_read) {
    check_some_tensors(read(torch_zip(some_tensors())));
    check_some_tensors(read(torch_legacy(some_tensors())));
}

BOOST_AUTO_TEST_CASE(what_a_file_is_its_bytes_say) {
    const TemporaryFolder folder;
    const std::string file = torch_zip(some_tensors());
    folder.write("weights.bin", file);
    check_some_tensors(read_weights_file(folder / "weights.bin"));
    const std::string header =
        R"({"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"n":{"dtype":"I64","shape":[1],"data_offsets":[4,12]}})";
    PickleWriter safetensors;
    safetensors.bytes.clear();
    safetensors.number(header.size(), 8).raw(header).raw("\x00\x3c\x00\xc0"s).number(7, 8);
    folder.write("weights.pth", safetensors.bytes);
    const auto t = read_weights_file(folder / "weights.pth");
    BOOST_REQUIRE(t.size() == 2);
    BOOST_TEST(t[0].values == (std::vector<float>{1, -2}));
    BOOST_TEST(t[1].values.empty());
    folder.write("text", "hello"s);
    BOOST_CHECK_THROW(read_weights_file(folder / "text"), Error);
}

BOOST_AUTO_TEST_CASE(the_state_dict_in_a_checkpoint_is_found) {
    const std::vector<SavedTensor> one{saved("w", {2}, {1, 2})};
    std::string inner = state_dict(one, false);
    inner = inner.substr(2, inner.size() - 3);  // without its protocol and its end
    const auto t = read(torch_zip(
        PickleWriter{}.raw("}(").text("epoch").integer(7).text("state_dict").raw(inner).raw("u.").bytes, one));
    BOOST_REQUIRE(t.size() == 1);
    BOOST_TEST(t[0].values == (std::vector<float>{1, 2}));
}

BOOST_AUTO_TEST_CASE(nothing_is_called) {
    const std::string call =
        PickleWriter{}.global("os", "system").raw("(").text("touch /tmp/called").raw("tR").raw(".").bytes;
    BOOST_TEST(refused(torch_zip(call, {}), "made by 'os system', which is not called"));
    const std::string inside =
        PickleWriter{}.raw("}(").text("w").global("builtins", "eval").raw("(").text("1").raw("tRu.").bytes;
    BOOST_TEST(refused(torch_zip(inside, {}), "'w' is made by 'builtins eval', which is not called"));
    for (const char* code : {"i", "o", "\x81", "\x92", "P", "I1\n"})  // INST, OBJ, NEWOBJ, NEWOBJ_EX, PERSID, INT
        BOOST_TEST(refused(torch_zip(PickleWriter{}.raw(code).raw(".").bytes, {}), "uses the instruction"));
}

BOOST_AUTO_TEST_CASE(tensors_outside_their_storage_are_refused) {
    const auto with = [](auto change) {
        SavedTensor t = saved("w", {2, 2}, {1, 2, 3, 4});
        change(t);
        return std::vector<SavedTensor>{t};
    };
    for (const bool legacy : {false, true}) {
        const auto file = [&](const std::vector<SavedTensor>& t) { return legacy ? torch_legacy(t) : torch_zip(t); };
        BOOST_TEST(refused(file(with([](auto& t) { t.offset = 1; })), "outside its storage"));
        BOOST_TEST(refused(file(with([](auto& t) { t.offset = -1; })), "impossible shape"));
        BOOST_TEST(refused(file(with([](auto& t) { t.shape = {-2, 2}; })), "negative extent"));
        BOOST_TEST(refused(file(with([](auto& t) { t.stride = {1}; })), "impossible shape"));
        BOOST_TEST(refused(file(with([](auto& t) { t.stride = {INT64_MAX, 1}; })), "larger than its storage"));
        BOOST_TEST(refused(file(with([](auto& t) { t.shape = {INT64_MAX, INT64_MAX}; })), "more values than the file"));
        BOOST_TEST(refused(file(with([](auto& t) {
                               t.shape = {1 << 30, 1 << 30};
                               t.stride = {0, 0};
                           })),
                           "more values than the file"));
        BOOST_TEST(refused(file(with([](auto& t) { t.stored = INT64_MAX; })), "cut off"));
        BOOST_TEST(refused(file(with([](auto& t) { t.storage_type = "ComplexFloatStorage"; })),
                           legacy ? "of no tensor" : "no type of storage"));
    }
    std::vector<SavedTensor> many(4000, with([](auto& t) { t.stride = {0, 0}, t.shape = {30, 30}; })[0]);
    BOOST_TEST(refused(torch_zip(many), "more values than the file"));
}

BOOST_AUTO_TEST_CASE(deep_circular_and_repeated_values_are_harmless) {
    std::string deep(3'000'000, '\x85');
    BOOST_TEST(refused(torch_zip(PickleWriter{}.raw("N").raw(deep).raw(".").bytes, {}), "it is no dictionary"));
    const std::string circular =
        PickleWriter{}.raw("}q").number(1, 1).text("state_dict").raw("h").number(1, 1).raw("s.").bytes;
    BOOST_TEST(refused(torch_zip(circular, {}), "it has no tensor"));
    PickleWriter bomb;  // each call has a million arguments
    bomb.raw("(").raw(std::string(1'000'000, 'N')).raw("tq").number(1, 1).raw("0");
    for (int i = 0; i < 200'000; ++i) bomb.global("a", "b").raw("h").number(1, 1).raw("R0");
    BOOST_TEST(refused(torch_zip(bomb.raw("N.").bytes, {}), "it is no dictionary"));
}

BOOST_AUTO_TEST_CASE(archives_of_other_kinds_are_told) {
    BOOST_TEST(refused(zip({{"a.txt", "hello"}}), "not of torch.save"));
    BOOST_TEST(refused(zip({{"x/data.pkl", "."}}, 8), "is compressed"));
    BOOST_TEST(refused(zip({{"x/data.pkl", "."}, {"x/data.pkl", "."}}), "twice"));
    BOOST_TEST(refused(zip({{"x/data.pkl", "N."}, {"x/byteorder", "big"}}), "little-endian"));
    BOOST_TEST(refused("PK\x03\x04"s, "it has no end"));
}

/// Each is read or refused by an Error; the sanitizers see the rest.
BOOST_AUTO_TEST_CASE(cut_off_and_changed_files_are_read_or_refused) {
    for (const std::string& whole : {torch_zip(some_tensors()), torch_legacy(some_tensors())}) {
        int read_all = 0;
        const auto attempt = [&](const std::string& file) {
            try {
                read_all += !read(file).empty();
            } catch (const Error&) {
            }
        };
        for (std::size_t size = 0; size < whole.size(); ++size) attempt(whole.substr(0, size));
        BOOST_TEST(read_all == 0);
        for (std::size_t i = 0; i < whole.size(); ++i)
            for (const int value : {0, 1, 0x7f, 0x80, 0xff, int('('), int('R'), int('u')}) {
                std::string changed = whole;
                changed[i] = static_cast<char>(value);
                attempt(changed);
            }
        BOOST_TEST(read_all > 0);
    }
}
