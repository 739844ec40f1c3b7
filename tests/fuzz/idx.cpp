#include "runtime/data/idx.hpp"

#include "tests/fuzz/target.hpp"
#include "tests/runtime/temporary_folder.hpp"

std::vector<tn_test::Bytes> tn_test::samples() {
    Bytes pictures{0, 0, 8, 3}, labels{0, 0, 8, 1};
    for (const std::uint32_t extent : {3u, 4u, 5u}) big(pictures, extent, 4);
    pictures.resize(pictures.size() + 60, 7);
    big(labels, 9, 4);
    labels.resize(labels.size() + 9, 1);
    Bytes packed(200);
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    stream.next_in = pictures.data();
    stream.avail_in = static_cast<uInt>(pictures.size());
    stream.next_out = packed.data();
    stream.avail_out = static_cast<uInt>(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return {pictures, labels, packed};
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const tn_test::TemporaryFolder folder;
    const auto path = folder.write("x", std::span(data, size));
    return tn_test::attempt([&] {
        const tn::Idx idx = tn::read_idx(path);
        std::size_t product = 1;
        for (const int extent : idx.dims) product *= extent;
        tn_test::require(product == idx.bytes.size(), "as many bytes as the sizes say");
    });
}
