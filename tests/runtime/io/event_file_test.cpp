// Event files, read back by a reader of its own and by TensorBoard where Python has it.
#define BOOST_TEST_MODULE event_file
#include "runtime/io/event_file.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <vector>

#include "tests/runtime/temporary_folder.hpp"
#include "tests/support/python.hpp"

using namespace tn;
using namespace tn_test;

namespace {

/// CRC-32C bit by bit, as RFC 3720 defines it.
std::uint32_t crc32c(const std::string& bytes) {
    std::uint32_t crc = 0xFFFFFFFFu;
    for (const char c : bytes) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0u);
    }
    return ~crc;
}

template <class T> T number(const std::string& bytes, std::size_t at) {
    T value;
    BOOST_REQUIRE(at + sizeof value <= bytes.size());
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

void check_sum(const std::string& of, std::uint32_t found) {
    const std::uint32_t crc = crc32c(of);
    BOOST_TEST(found == ((crc >> 15) | (crc << 17)) + 0xa282ead8u);
}

/// The messages of a file whose frames are in order.
std::vector<std::string> messages(const std::string& file) {
    std::vector<std::string> all;
    for (std::size_t at = 0; at < file.size();) {
        const std::size_t length = number<std::uint64_t>(file, at);
        check_sum(file.substr(at, 8), number<std::uint32_t>(file, at + 8));
        BOOST_REQUIRE(at + 16 + length <= file.size());
        all.push_back(file.substr(at + 12, length));
        check_sum(all.back(), number<std::uint32_t>(file, at + 12 + length));
        at += 16 + length;
    }
    return all;
}

/// A field of a protocol buffer's message.
struct Field {
    int number, type;
    std::uint64_t value = 0;  // of types 0, 1 and 5
    std::string bytes;        // of type 2
};

std::vector<Field> fields(const std::string& message) {
    std::vector<Field> all;
    std::size_t at = 0;
    const auto varint = [&] {
        std::uint64_t value = 0;
        for (int shift = 0;; shift += 7) {
            const auto byte = static_cast<unsigned char>(message.at(at++));
            value |= std::uint64_t{byte & 0x7fu} << shift;
            if (byte < 0x80) return value;
        }
    };
    while (at < message.size()) {
        const std::uint64_t key = varint();
        Field f{static_cast<int>(key >> 3), static_cast<int>(key & 7), 0, ""};
        if (f.type == 0) f.value = varint();
        if (f.type == 1) f.value = number<std::uint64_t>(message, at), at += 8;
        if (f.type == 5) f.value = number<std::uint32_t>(message, at), at += 4;
        if (f.type == 2) {
            const std::size_t length = varint();
            f.bytes = message.substr(at, length);
            at += length;
        }
        all.push_back(f);
    }
    BOOST_TEST(at == message.size());
    return all;
}

double as_double(std::uint64_t bits) { return number<double>(std::string(reinterpret_cast<char*>(&bits), 8), 0); }
float as_float(std::uint64_t bits) { return number<float>(std::string(reinterpret_cast<char*>(&bits), 4), 0); }

const Scalar pair[] = {{"loss/train", 0.25f}, {"accuracy/held out", std::nanf("")}};

}  // namespace

BOOST_AUTO_TEST_CASE(the_checksum_of_the_test_is_the_standard_s) { BOOST_TEST(crc32c("123456789") == 0xE3069283u); }

BOOST_AUTO_TEST_CASE(records_are_framed_and_say_what_they_were_told) {
    const auto all =
        messages(event_file_header(1.5e9) + event_record(300, 1.5e9 + 0.125, pair) + event_record(1LL << 40, 0, {}));
    BOOST_REQUIRE_EQUAL(all.size(), 3u);
    const auto head = fields(all[0]);
    BOOST_REQUIRE_EQUAL(head.size(), 2u);
    BOOST_TEST(head[0].number == 1);
    BOOST_TEST(as_double(head[0].value) == 1.5e9);
    BOOST_TEST(head[1].number == 3);
    BOOST_TEST(head[1].bytes == "brain.Event:2");
    const auto event = fields(all[1]);
    BOOST_REQUIRE_EQUAL(event.size(), 3u);
    BOOST_TEST(as_double(event[0].value) == 1.5e9 + 0.125);
    BOOST_TEST(event[1].number == 2);
    BOOST_TEST(event[1].value == 300u);
    BOOST_TEST(event[2].number == 5);
    const auto values = fields(event[2].bytes);
    BOOST_REQUIRE_EQUAL(values.size(), 2u);
    for (std::size_t i = 0; i < 2; ++i) {
        BOOST_TEST(values[i].number == 1);
        const auto value = fields(values[i].bytes);
        BOOST_REQUIRE_EQUAL(value.size(), 2u);
        BOOST_TEST(value[0].number == 1);
        BOOST_TEST(value[0].bytes == pair[i].name);
        BOOST_TEST(value[1].number == 2);
        BOOST_TEST((as_float(value[1].value) == pair[i].value || std::isnan(pair[i].value)));
    }
    BOOST_TEST(fields(all[2])[1].value == std::uint64_t{1} << 40);
}

BOOST_AUTO_TEST_CASE(tensorboard_reads_them) {
    if (!python_has("tensorboard")) return;
    TemporaryFolder folder;
    const Scalar first[] = {{"loss/train", 0.5f}, {"accuracy/test", 0.75f}}, second[] = {{"loss/train", 0.125f}};
    folder.write("events.out.tfevents.photos",
                 event_file_header(1e9) + event_record(4, 1e9, first) + event_record(8, 1e9 + 1, second));
    const Run r = run_python("runtime/io/event_check.py", {folder.path().string()});
    BOOST_TEST(r.status == 0, r.err);
    BOOST_TEST(r.out == "accuracy/test 4 0.750000\nloss/train 4 0.500000\nloss/train 8 0.125000\n");
}
