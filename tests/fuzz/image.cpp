#include "runtime/data/image.hpp"

#include "runtime/data/image/decode_with.hpp"
#include "runtime/data/image/decoders.hpp"
#include "runtime/data/image/format.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/runtime/data/image/sample_arrays.hpp"

std::vector<tn_test::Bytes> tn_test::samples() {
    const Bytes colours = ramp(13, 11, 3), greys = ramp(13, 11, 1);
    const std::string_view ascii = "P3 2 2 9\n1 2 3 4 5 6 7 8 9 8 7 6\n", bits = "P4\n12 3\nabcdef",
                           deep = "P5 2 2 1000\n\1\2\3\1\2\1\1\1";
    std::vector<Bytes> files{png(colours, 13, 11, 3),
                             png(greys, 13, 11, 1),
                             png(ramp(13, 11, 4), 13, 11, 4),
                             with_exif(jpeg(colours, 13, 11, 3), exif_segment(6, true)),
                             jpeg(greys, 13, 11, 1),
                             progressive_jpeg(),
                             cmyk_jpeg_file(),
                             gif(Bytes(13 * 11, 7), 13, 11, 2),
                             bmp(colours, 13, 11, 3),
                             bmp(ramp(13, 11, 4), 13, 11, 4),
                             run_length_bmp(),
                             pnm(greys, 13, 11, 1),
                             pnm(colours, 13, 11, 3)};
    for (const std::string_view pixels : {ascii, bits, deep}) files.emplace_back(pixels.begin(), pixels.end());
    // Without its end of image the decoder that is always there decodes it several times.
    files.emplace_back(files[4].begin(), files[4].end() - 2);
    if (tn::image::decoder_of("JPEG") != &tn::image::embedded_jpeg)
        files.insert(files.end(), {arithmetic_jpeg_file(), progressive_arithmetic_jpeg_file()});
    if (tn::image::decoder_of("WebP"))
        files.insert(files.end(), {webp_file(), transparent_webp_file(), lossy_webp_file(), turned_webp_file(),
                                   animated_webp_file()});
    if (tn::image::decoder_of("HEIF")) files.insert(files.end(), {heic_file(), avif_file()});
    return files;
}

/// libheif loses a few bytes of an AVIF that dav1d refuses; the leaks of our own code are looked for.
extern "C" const char* __lsan_default_suppressions() { return "leak:libdav1d.so\n"; }

/// Every decoder of the format is asked, also the one that another takes the place of.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // Few changed PNGs would pass their checksums otherwise.
    const tn_test::Bytes file = tn_test::with_png_checksums({data, data + size});
    const int channels = size % 2 ? 3 : 1;
    if (const tn::image::Format* format = tn::image::format_of(file))
        for (const tn::image::Decoder* decoder : tn::image::decoders())
            if (decoder->format == format->name && decoder != tn::image::decoder_of(format->name)) try {
                    tn::image::decode_with(*decoder, file, channels, "x");
                } catch (const tn::Error&) {
                }
    return tn_test::attempt([&] {
        const tn::Picture picture = tn::decode_picture(file, channels, "x");
        tn_test::require(picture.pixels.size() == picture.shape.size(), "as many pixels as the shape says");
        if (picture.shape.size() <= 1'000'000) {
            const tn::Picture small = tn::resize(picture, {picture.shape.channels, 8, 8});
            tn_test::require(small.pixels.size() == small.shape.size(), "resized to its shape");
        }
    });
}
