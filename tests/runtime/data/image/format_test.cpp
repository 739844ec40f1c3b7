#define BOOST_TEST_MODULE image_format
#include "runtime/data/image/format.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/runtime/data/image/decoding.hpp"
#include "tests/runtime/data/image/sample_arrays.hpp"

using namespace tn_test;
using tn::image::format_of;
using tn::image::is_picture_extension;
using tn::image::not_a_picture;

static std::string refusal_of(std::string_view begin, std::size_t more = 20) {
    Bytes file;
    text(file, begin);
    file.resize(file.size() + more, 'x');
    return refusal(file);
}

BOOST_AUTO_TEST_CASE(what_is_not_read_is_named_by_its_bytes) {
    using namespace std::string_view_literals;
    const std::string rest = ", which typenet does not read";
    BOOST_TEST(refusal_of("II*\0"sv) == "x: is a TIFF file" + rest);
    BOOST_TEST(refusal_of("MM\0*"sv) == "x: is a TIFF file" + rest);
    BOOST_TEST(refusal_of("8BPS"sv) == "x: is a Photoshop file (PSD)" + rest);
    BOOST_TEST(refusal_of("\n <!DOCTYPE html><html>"sv) == "x: is an HTML page" + rest);
    BOOST_TEST(refusal_of("<html lang=en>"sv) == "x: is an HTML page" + rest);
    BOOST_TEST(refusal_of("<?xml version='1.0'?>\n<svg xmlns="sv) == "x: is an SVG file" + rest);
    BOOST_TEST(refusal_of("\xEF\xBB\xBF<svg>"sv) == "x: is an SVG file" + rest);
    BOOST_TEST(refusal_of("\0\0\0\x18"
                          "ftypisom\0\0\0\0mp41avc1"sv) == "x: is an MP4 video" + rest);
    BOOST_TEST(refusal_of("\0\0\0\x14"
                          "ftypqt  \0\0\0\0qt  "sv) == "x: is a QuickTime video" + rest);
    BOOST_TEST(refusal_of("\0\0\0\x14"
                          "ftypcrx \0\0\0\1crx "sv) == "x: is a camera's raw file (CR3)" + rest);
    BOOST_TEST(refusal_of("II*\0\x10\0\0\0CR"sv) == "x: is a camera's raw file (CR2)" + rest);
    BOOST_TEST(refusal_of("RIFF\0\0\0\0AVI LIST"sv) == "x: is an AVI video" + rest);
    BOOST_TEST(refusal_of("\xFF\x0A"sv) == "x: is a JPEG XL file" + rest);
    BOOST_TEST(refusal_of("%PDF-1.7"sv) == "x: is a PDF" + rest);
    BOOST_TEST(refusal_of("PK\3\4"sv) == "x: is a ZIP archive" + rest);
    BOOST_TEST(refusal_of("version https://git-lfs.github.com/spec/v1\n"sv) ==
               "x: is a pointer of Git LFS (git lfs pull gets the file)" + rest);
    BOOST_TEST(refusal_of("../../store/bar/00.pgm", 0) ==
               "x: is a link that was unpacked as a text file, as git and archives do" + rest);
    BOOST_TEST(refusal_of("this is no picture at all") == "x: is a text file" + rest);
    BOOST_TEST(refusal(Bytes(500)) == "x: is nothing but zeros" + rest);
    BOOST_TEST(refusal({0x13, 0x37, 0, 200, 201}) == "x: is no picture of a known format");
    BOOST_TEST(refusal({}) == "x: the picture cannot be decoded: it is empty");
}

BOOST_AUTO_TEST_CASE(a_library_that_is_missing_is_named) {
    const std::string rest = ", which this build does not read: install ";
    BOOST_TEST(tn::image::why_not_read(*format_of(webp_file())) ==
               "is a WebP file" + rest + "libwebp-dev and build again");
    BOOST_TEST(tn::image::why_not_read(*format_of(heic_file())) ==
               "is a HEIC file" + rest + "libheif-dev and build again");
    BOOST_TEST(tn::image::why_not_read(*format_of(avif_file())) ==
               "is an AVIF file" + rest + "libheif-dev and build again");
}

BOOST_AUTO_TEST_CASE(the_name_of_a_file_does_not_matter) {
    TemporaryFolder folder;
    const auto path = folder.write("a.jpg", png(ramp(5, 4, 1), 5, 4, 1));
    BOOST_TEST((tn::read_picture(path, 1).pixels == ramp(5, 4, 1)));
}

BOOST_AUTO_TEST_CASE(formats_that_may_be_read_are_known) {
    const auto name = [](const Bytes& file) { return format_of(file) ? std::string(format_of(file)->text) : ""; };
    BOOST_TEST(name(webp_file()) == "a WebP file");
    BOOST_TEST(name(heic_file()) == "a HEIC file");
    BOOST_TEST(name(avif_file()) == "an AVIF file");
    BOOST_TEST(name(jpeg({1}, 1, 1, 1)) == "a JPEG file");
    BOOST_TEST(name(gif({1}, 1, 1)) == "a GIF file");
    BOOST_TEST(name(bmp({1, 2, 3}, 1, 1, 3)) == "a BMP file");
    for (const char* magic : {"P1 ", "P4\n", "P5\t", "P6#"})
        BOOST_TEST(name(Bytes(magic, magic + 3)) == "a PGM, PPM or PBM file");
    for (const char* format : {"JPEG", "PNG", "GIF", "BMP", "PNM"})
        BOOST_TEST(tn::image::decoder_of(format) != nullptr);
}

BOOST_AUTO_TEST_CASE(extensions) {
    for (const char* extension : {".jpg", ".JPE", ".jfif", ".Png", ".webp", ".heic", ".avif", ".pbm", ".pnm", ".dib"})
        BOOST_TEST(is_picture_extension(extension), extension);
    for (const char* extension : {"", ".", "jpg", ".tif", ".jpgx", ".txt"})
        BOOST_TEST(!is_picture_extension(extension), extension);
}

BOOST_AUTO_TEST_CASE(files_with_other_extensions) {
    TemporaryFolder folder;
    BOOST_TEST(not_a_picture(folder.write("a.txt", "words")) == "not a picture (its extension is '.txt')");
    BOOST_TEST(not_a_picture(folder.write("b.tif", std::string_view("II*\0", 4))) ==
               "is a TIFF file, which typenet does not read (its extension is '.tif')");
    BOOST_TEST(not_a_picture(folder.write("c", png({1}, 1, 1, 1))) ==
               "not taken for a picture for its extension '', but is a PNG file: rename it");
    BOOST_TEST(not_a_picture(folder / "none.txt") == "not a picture (its extension is '.txt')");
}

BOOST_AUTO_TEST_CASE(decoders_are_named) {
    const std::string named = tn::picture_decoders();
    for (const char* part : {"JPEG by ", "PNG by ", "GIF by typenet", "BMP by typenet", "PNM by typenet"})
        BOOST_TEST(contains(named, part), named);
    for (const tn::image::Decoder* d : tn::image::decoders()) BOOST_TEST(!d->name().empty());
}
