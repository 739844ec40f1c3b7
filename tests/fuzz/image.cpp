#include "runtime/data/image.hpp"

#include "tests/fuzz/target.hpp"

std::vector<tn_test::Bytes> tn_test::samples() {
    const Bytes colours = ramp(13, 11, 3), greys = ramp(13, 11, 1);
    return {png(colours, 13, 11, 3),
            png(greys, 13, 11, 1),
            png(ramp(13, 11, 4), 13, 11, 4),
            with_exif(jpeg(colours, 13, 11, 3), exif_segment(6, true)),
            jpeg(greys, 13, 11, 1),
            progressive_jpeg(),
            gif(Bytes(13 * 11, 7), 13, 11, 2),
            bmp(colours, 13, 11, 3),
            bmp(ramp(13, 11, 4), 13, 11, 4),
            pnm(greys, 13, 11, 1),
            pnm(colours, 13, 11, 3)};
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // Few changed PNGs would pass their checksums otherwise.
    const tn_test::Bytes file = tn_test::with_png_checksums({data, data + size});
    return tn_test::attempt([&] {
        const tn::Picture picture = tn::decode_picture(file, size % 2 ? 3 : 1, "x");
        tn_test::require(picture.pixels.size() == picture.shape.size(), "as many pixels as the shape says");
        if (picture.shape.size() <= 1'000'000) {
            const tn::Picture small = tn::resize(picture, {picture.shape.channels, 8, 8});
            tn_test::require(small.pixels.size() == small.shape.size(), "resized to its shape");
        }
    });
}
