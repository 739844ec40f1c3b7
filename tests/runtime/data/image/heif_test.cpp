#define BOOST_TEST_MODULE image_heif
#include <boost/test/unit_test.hpp>

#include "tests/runtime/data/image/decoding.hpp"
#include "tests/runtime/data/image/sample_arrays.hpp"

using namespace tn_test;
using tn::Picture;
using tn::PictureShape;

static bool is_read() {
    if (tn::image::decoder_of("HEIF")) return true;
    std::cout << "SKIPPED: libheif is not there\n";
    return false;
}

BOOST_AUTO_TEST_CASE(without_the_library_it_is_named) {
    if (tn::image::decoder_of("HEIF")) return;
    const std::string rest = ", which this build does not read: install libheif-dev and build again";
    BOOST_TEST(refusal(heic_file()) == "x: is a HEIC file" + rest);
    BOOST_TEST(refusal(avif_file()) == "x: is an AVIF file" + rest);
}

BOOST_AUTO_TEST_CASE(both_codecs) {
    if (!is_read()) return;
    const Picture plain = tn::decode_picture(png(quarters(), 24, 16, 3), 1, "x");
    for (const Bytes& file : {heic_file(), avif_file()}) {
        // A libheif may have been built without one of its codecs; then it is named.
        if (const std::string refused = refusal(file); contains(refused, "which libheif does not read")) {
            std::cout << "SKIPPED: " << refused << "\n";
            continue;
        }
        const Picture picture = tn::decode_picture(file, 1, "x");
        BOOST_TEST((picture.shape == PictureShape{1, 16, 24}));
        BOOST_TEST(difference(picture.pixels, plain.pixels) <= 30);
    }
}

BOOST_AUTO_TEST_CASE(a_file_that_ends_early) {
    if (!is_read()) return;
    for (const Bytes& file : {heic_file(), avif_file()})
        for (std::size_t n = 40; n < file.size() - 60; n += 7) BOOST_TEST(!refusal(first(file, n)).empty(), n);
}
