#define BOOST_TEST_MODULE idx
#include "runtime/data/idx.hpp"

#include <sys/resource.h>

#include <boost/test/unit_test.hpp>
#include <iostream>

#include "tests/runtime/data/sample_files.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn_test;

static Bytes idx_file(const std::vector<std::uint32_t>& dims, std::size_t count) {
    Bytes file{0, 0, 8, static_cast<std::uint8_t>(dims.size())};
    for (const std::uint32_t dim : dims) big(file, dim, 4);
    for (std::size_t i = 0; i < count; ++i) file.push_back(static_cast<std::uint8_t>(i));
    return file;
}

static Bytes gzip(Bytes plain) {
    Bytes out(plain.size() + 1000);
    z_stream stream{};
    BOOST_REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    stream.next_in = plain.data();
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    BOOST_REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

static std::string refusal(const Bytes& file) {
    TemporaryFolder folder;
    const auto path = folder.write("x.idx", file);
    const std::string text = error_of([&] { tn::read_idx(path); });
    BOOST_TEST(text.starts_with(path.string() + ": "));
    return text.substr(std::min(text.size(), path.string().size() + 2));
}

BOOST_AUTO_TEST_CASE(plain_gzip_and_gzip_in_parts_are_the_same) {
    TemporaryFolder folder;
    const Bytes file = idx_file({2, 3, 50'000}, 300'000);
    Bytes parts = gzip(Bytes(file.begin(), file.begin() + 7));
    const Bytes second = gzip(Bytes(file.begin() + 7, file.end()));
    parts.insert(parts.end(), second.begin(), second.end());
    for (const Bytes& form : {file, gzip(file), parts}) {
        const tn::Idx idx = tn::read_idx(folder.write("a", form));
        BOOST_TEST((idx.dims == std::vector<int>{2, 3, 50'000}));
        BOOST_TEST((idx.bytes == Bytes(file.begin() + 16, file.end())));
    }
}

BOOST_AUTO_TEST_CASE(sizes_must_agree_with_the_bytes) {
    BOOST_TEST(refusal(idx_file({2, 3}, 5)) == "must have 18 bytes for its sizes 2 x 3, not 17");
    BOOST_TEST(refusal(idx_file({2, 3}, 8)) == "must have 18 bytes for its sizes 2 x 3, not 20");
    BOOST_TEST(refusal(gzip(idx_file({2, 3}, 5))) == "must have 18 bytes for its sizes 2 x 3, not 17");
    BOOST_TEST(refusal(gzip(idx_file({2, 3}, 8))) == "must have 18 bytes for its sizes 2 x 3, not more than 18");
}

BOOST_AUTO_TEST_CASE(a_header_must_be_one) {
    BOOST_TEST(contains(refusal({}), "must be an IDX file"));
    BOOST_TEST(contains(refusal({1, 2, 8, 1, 0, 0, 0, 0}), "must be an IDX file"));
    BOOST_TEST(refusal({0, 0, 0x0D, 1, 0, 0, 0, 0}) == "must hold unsigned bytes (IDX type 0x08), not type 0x0d");
    BOOST_TEST(refusal({0, 0, 8, 0}) == "must have 1 to 8 dimensions, not 0");
    BOOST_TEST(refusal({0, 0, 8, 9}) == "must have 1 to 8 dimensions, not 9");
    BOOST_TEST(refusal({0, 0, 8, 2, 0, 0, 0, 1}) == "has 8 bytes, but its header alone has 12");
    for (const std::vector<std::uint32_t>& dims : {std::vector<std::uint32_t>{0xFFFFFFFF},
                                                   {65536, 65536},
                                                   {1u << 31},
                                                   {4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096}})
        BOOST_TEST(refusal(idx_file(dims, 4)) == "its sizes promise over 2147483648 bytes");
}

// 200 MB of zeros behind what the sizes ask for: nothing of them is kept.
BOOST_AUTO_TEST_CASE(gzip_that_inflates_to_far_more_is_refused_early) {
    Bytes file = idx_file({2, 3}, 6);
    file.resize(200'000'000);
    const Bytes bomb = gzip(file);
    BOOST_TEST(bomb.size() < 1'000'000u);
    rusage before{}, after{};
    getrusage(RUSAGE_SELF, &before);
    BOOST_TEST(refusal(bomb) == "must have 18 bytes for its sizes 2 x 3, not more than 18");
    getrusage(RUSAGE_SELF, &after);
    BOOST_TEST(after.ru_maxrss - before.ru_maxrss < 10'000);  // KiB
}

BOOST_AUTO_TEST_CASE(damaged_gzip_is_an_error) {
    Bytes file = gzip(idx_file({100}, 100));
    Bytes cut(file.begin(), file.end() - 9);
    BOOST_TEST(refusal(cut) == "the gzip data end early");
    BOOST_TEST(refusal(Bytes(file.begin(), file.end() - 3)) == "the gzip data end early");
    Bytes junk = file;
    junk.insert(junk.end(), {1, 2, 3});
    BOOST_TEST(contains(refusal(junk), "the gzip data are damaged"));
    file[file.size() - 6] ^= 1;  // its checksum
    BOOST_TEST(refusal(file) == "the gzip data are damaged (incorrect data check)");
}

BOOST_AUTO_TEST_CASE(digits_are_pictures_with_labels) {
    TemporaryFolder folder;
    const auto images = folder.write("images", idx_file({3, 2, 5}, 30));
    const tn::Pictures set = tn::read_digits(images, folder.write("labels", gzip(idx_file({3}, 3))));
    BOOST_TEST((set.shape == tn::PictureShape{1, 2, 5}));
    BOOST_TEST((set.labels == std::vector<int>{0, 1, 2}));
    BOOST_TEST((set.classes == std::vector<std::string>{"0", "1", "2"}));
    BOOST_TEST(set.files.size() == 3u);
    BOOST_TEST(set.picture(2)[0] == 20);
    Bytes zeros = idx_file({3}, 0);
    zeros.insert(zeros.end(), 3, 0);
    BOOST_TEST((tn::read_digits(images, folder.write("zeros", zeros)).classes == std::vector<std::string>{"0", "1"}));
}

BOOST_AUTO_TEST_CASE(files_of_digits_must_belong_together) {
    TemporaryFolder folder;
    const auto images = folder.write("images", idx_file({3, 2, 5}, 30)),
               labels = folder.write("labels", idx_file({2}, 2));
    BOOST_TEST(error_of([&] { tn::read_digits(images, labels); }) ==
               labels.string() + ": has 2 labels, but " + images.string() + " has 3 pictures");
    BOOST_TEST(error_of([&] { tn::read_digits(labels, labels); }) ==
               labels.string() + ": pictures must have 3 dimensions (n x height x width), not 1");
    BOOST_TEST(error_of([&] { tn::read_digits(images, images); }) ==
               images.string() + ": labels must have 1 dimension, not 3");
    const auto none = folder.write("none", idx_file({0, 2, 2}, 0)),
               no_labels = folder.write("no_labels", idx_file({0}, 0));
    BOOST_TEST(error_of([&] { tn::read_digits(none, no_labels); }) ==
               none.string() + ": must hold at least one picture");
    const auto flat = folder.write("flat", idx_file({2, 0, 2}, 0));
    BOOST_TEST(contains(error_of([&] { tn::read_digits(flat, labels); }), "must have sides of 1 to"));
}

BOOST_AUTO_TEST_CASE(damage_ends_in_an_error_or_an_array) {
    TemporaryFolder folder;
    for (const Bytes& file : {idx_file({3, 4, 5}, 60), gzip(idx_file({3, 4, 5}, 60))}) {
        int arrays = 0;
        for (std::uint64_t i = 0; i < 2000; ++i) {
            const auto path = folder.write("m", mutated(file, i));
            try {
                const tn::Idx idx = tn::read_idx(path);
                std::size_t product = 1;
                for (const int dim : idx.dims) product *= dim;
                BOOST_REQUIRE(product == idx.bytes.size());
                ++arrays;
            } catch (const tn::Error&) {
            }
        }
        BOOST_TEST_MESSAGE(arrays << " of 2000 are arrays");
        BOOST_TEST(arrays < 2000);
        BOOST_TEST(arrays > 0);
    }
}

BOOST_AUTO_TEST_CASE(mnist) {
    const std::filesystem::path folder = std::filesystem::path(TN_SHARED_DIR) / "data/mnist";
    if (!std::filesystem::is_directory(folder)) {
        std::cout << "SKIPPED: " << folder << " does not exist\n";
        return;
    }
    const tn::Pictures train =
        tn::read_digits(folder / "train-images-idx3-ubyte.gz", folder / "train-labels-idx1-ubyte.gz");
    const tn::Pictures test =
        tn::read_digits(folder / "t10k-images-idx3-ubyte.gz", folder / "t10k-labels-idx1-ubyte.gz");
    BOOST_TEST(train.size() == 60'000);
    BOOST_TEST(test.size() == 10'000);
    BOOST_TEST((train.shape == tn::PictureShape{1, 28, 28}));
    BOOST_TEST(train.classes.size() == 10u);
    BOOST_TEST(train.pixels.size() == 60'000u * 784);
    // MNIST's published mean is 0.1307 of white.
    double sum = 0;
    for (const std::uint8_t pixel : train.pixels) sum += pixel;
    BOOST_TEST(sum / 255 / static_cast<double>(train.pixels.size()) == 0.1307, boost::test_tools::tolerance(1e-3));
}
