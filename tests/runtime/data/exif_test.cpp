#define BOOST_TEST_MODULE exif
#include "runtime/data/exif.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/runtime/data/sample_files.hpp"

using namespace tn_test;

static const Bytes plain = jpeg(ramp(8, 8, 3), 8, 8, 3);

BOOST_AUTO_TEST_CASE(every_orientation_in_both_byte_orders) {
    for (int orientation = 1; orientation <= 8; ++orientation)
        for (const bool big_endian : {false, true})
            BOOST_TEST(tn::exif_orientation(with_exif(plain, exif_segment(orientation, big_endian))) == orientation);
}

BOOST_AUTO_TEST_CASE(upright_without_a_valid_tag) {
    BOOST_TEST(tn::exif_orientation({}) == 1);
    BOOST_TEST(tn::exif_orientation(plain) == 1);
    BOOST_TEST(tn::exif_orientation(png(ramp(8, 8, 3), 8, 8, 3)) == 1);
    for (const int wrong : {0, 9, 65535})
        BOOST_TEST(tn::exif_orientation(with_exif(plain, exif_segment(wrong, true))) == 1);
    Bytes long_type = exif_segment(6, false);
    long_type[4 + 6 + 8 + 2 + 12 + 2] = 4;
    BOOST_TEST(tn::exif_orientation(with_exif(plain, long_type)) == 1);
}

BOOST_AUTO_TEST_CASE(other_segments_and_fill_bytes_are_passed) {
    Bytes xmp{0xFF, 0xE1, 0, 8, 'h', 't', 't', 'p', ':', '/', 0xFF, 0xFF};
    const Bytes exif = exif_segment(8, true);
    xmp.insert(xmp.end(), exif.begin(), exif.end());
    BOOST_TEST(tn::exif_orientation(with_exif(plain, xmp)) == 8);
}

BOOST_AUTO_TEST_CASE(the_coded_pixels_are_not_searched) {
    Bytes file{0xFF, 0xD8, 0xFF, 0xDA, 0, 2};
    const Bytes exif = exif_segment(8, true);
    file.insert(file.end(), exif.begin(), exif.end());
    BOOST_TEST(tn::exif_orientation(file) == 1);
}

BOOST_AUTO_TEST_CASE(any_cut_and_any_damage_gives_1_to_8) {
    const Bytes file = with_exif(plain, exif_segment(6, true));
    int kept = 0;
    for (std::size_t n = 0; n <= file.size(); ++n) {
        const Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(n));
        kept += tn::exif_orientation(cut) == 6;
    }
    BOOST_TEST(kept > 1);
    const Bytes head(file.begin(), file.begin() + 60);
    for (std::uint64_t i = 0; i < 5000; ++i) {
        const int orientation = tn::exif_orientation(mutated(head, i));
        BOOST_REQUIRE((orientation >= 1 && orientation <= 8));
    }
}
