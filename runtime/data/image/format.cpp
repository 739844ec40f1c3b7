#include "runtime/data/image/format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <fstream>
#include <vector>

#include "runtime/data/image/decoders.hpp"

namespace tn::image {
namespace {

using namespace std::string_view_literals;

struct Rule {
    std::size_t offset;
    std::string_view magic;
    Format format;
};

constexpr Format jpeg{"JPEG", "a JPEG file", ""}, png{"PNG", "a PNG file", ""}, gif{"GIF", "a GIF file", ""},
    bmp{"BMP", "a BMP file", ""}, pnm{"PNM", "a PGM, PPM or PBM file", ""}, webp{"WebP", "a WebP file", "libwebp-dev"},
    heic{"HEIF", "a HEIC file", "libheif-dev"}, avif{"HEIF", "an AVIF file", "libheif-dev"},
    svg{"SVG", "an SVG file", ""}, html{"HTML", "an HTML page", ""}, xml{"XML", "an XML file", ""},
    mp4{"MP4", "an MP4 video", ""}, mov{"MOV", "a QuickTime video", ""}, cr3{"CR3", "a camera's raw file (CR3)", ""},
    text{"text", "a text file", ""}, zeros{"zeros", "nothing but zeros", ""},
    unpacked_link{"link", "a link that was unpacked as a text file, as git and archives do", ""};

/// More exact ones come first.
const std::vector<Rule>& rules() {
    static const std::vector<Rule> all{
        {0, "\xFF\xD8"sv, jpeg},
        {0, "\x89PNG\r\n\x1A\n"sv, png},
        {0, "GIF87a"sv, gif},
        {0, "GIF89a"sv, gif},
        {8, "WEBP"sv, webp},
        {8, "AVI "sv, {"AVI", "an AVI video", ""}},
        {8, "WAVE"sv, {"WAV", "a WAV sound", ""}},
        {0, "II*\0\x10\0\0\0CR"sv, {"CR2", "a camera's raw file (CR2)", ""}},
        {0, "II*\0"sv, {"TIFF", "a TIFF file", ""}},
        {0, "MM\0*"sv, {"TIFF", "a TIFF file", ""}},
        {0, "II+\0"sv, {"TIFF", "a TIFF file (BigTIFF)", ""}},
        {0, "MM\0+"sv, {"TIFF", "a TIFF file (BigTIFF)", ""}},
        {0, "IIU\0"sv, {"RW2", "a camera's raw file (RW2)", ""}},
        {0, "IIRO"sv, {"ORF", "a camera's raw file (ORF)", ""}},
        {0, "FUJIFILMCCD-RAW"sv, {"RAF", "a camera's raw file (RAF)", ""}},
        {0, "8BPS"sv, {"PSD", "a Photoshop file (PSD)", ""}},
        {0, "gimp xcf"sv, {"XCF", "a GIMP file (XCF)", ""}},
        {0, "%PDF"sv, {"PDF", "a PDF", ""}},
        {0, "%!PS"sv, {"PS", "a PostScript file", ""}},
        {0, "\xFF\x0A"sv, {"JXL", "a JPEG XL file", ""}},
        {0, "\0\0\0\x0CJXL "sv, {"JXL", "a JPEG XL file", ""}},
        {0, "\0\0\0\x0CjP  "sv, {"JP2", "a JPEG 2000 file", ""}},
        {0, "\xFF\x4F\xFF\x51"sv, {"JP2", "a JPEG 2000 file", ""}},
        {0, "\0\0\1\0"sv, {"ICO", "an icon (ICO)", ""}},
        {0, "BA"sv, {"BA", "an array of OS/2 bitmaps", ""}},
        {0, "v/1\1"sv, {"EXR", "an OpenEXR file", ""}},
        {0, "#?RADIANCE"sv, {"HDR", "a Radiance HDR file", ""}},
        {0, "DDS "sv, {"DDS", "a DDS texture", ""}},
        {0, "qoif"sv, {"QOI", "a QOI file", ""}},
        {0, "\x93NUMPY"sv, {"NPY", "a NumPy array", ""}},
        {0, "\x89HDF"sv, {"HDF5", "an HDF5 file", ""}},
        {0, "SIMPLE  ="sv, {"FITS", "a FITS file", ""}},
        {128, "DICM"sv, {"DICOM", "a DICOM file", ""}},
        {0, "PK\3\4"sv, {"ZIP", "a ZIP archive", ""}},
        {0, "Rar!"sv, {"RAR", "a RAR archive", ""}},
        {0, "7z\xBC\xAF"sv, {"7z", "a 7z archive", ""}},
        {0, "\x1F\x8B"sv, {"gzip", "a gzip archive", ""}},
        {257, "ustar"sv, {"tar", "a tar archive", ""}},
        {0, "\x1A\x45\xDF\xA3"sv, {"MKV", "a Matroska or WebM video", ""}},
        {0, "\0\0\1\xBA"sv, {"MPEG", "an MPEG video", ""}},
        {0, "\0\0\1\xB3"sv, {"MPEG", "an MPEG video", ""}},
        {0, "\0\5\x16\7"sv, {"AppleDouble", "a Mac's file of attributes (AppleDouble)", ""}},
        {0, "version https://git-lfs"sv, {"LFS", "a pointer of Git LFS (git lfs pull gets the file)", ""}},
        {4, "moov"sv, mov},
        {4, "mdat"sv, mov},
        {0, "Pf"sv, {"PFM", "a PFM file", ""}},
        {0, "PF"sv, {"PFM", "a PFM file", ""}},
        {0, "P7\n"sv, {"PAM", "a PAM file", ""}},
        {0, "BM"sv, bmp},
    };
    return all;
}

/// A container of ISO 14496-12 by the brands that it is compatible with.
const Format* of_brands(Bytes file) {
    if (!has_at(file, 4, "ftyp")) return nullptr;
    Cursor in(file);
    const std::uint32_t length = in.big(4);
    const auto has = [&](std::string_view brand) {
        for (std::size_t at = 8; at + 4 <= std::min<std::size_t>(length, file.size()); at += 4)
            if (at != 12 && has_at(file, at, brand)) return true;  // at 12 is a version
        return false;
    };
    if (has("avif") || has("avis")) return &avif;
    if (has_at(file, 8, "crx ")) return &cr3;
    for (const std::string_view brand :
         {"heic"sv, "heix"sv, "hevc"sv, "heim"sv, "heis"sv, "mif1"sv, "msf1"sv, "mif2"sv})
        if (has(brand)) return &heic;
    return has_at(file, 8, "qt  ") ? &mov : &mp4;
}

/// Markup and other text; byte order marks and white space in front do not matter.
const Format* of_text(Bytes file) {
    if (starts_with(file, "\xEF\xBB\xBF")) file = file.subspan(3);
    std::string words;
    for (const std::uint8_t c : file.first(std::min<std::size_t>(file.size(), 2048))) {
        if (c == 0 || (c < ' ' && !std::isspace(c)) || c == 127) return nullptr;
        words += static_cast<char>(std::tolower(c));
    }
    const std::size_t start = words.find_first_not_of(" \t\r\n\f\v");
    if (start == words.npos) return words.empty() ? nullptr : &text;
    const std::string_view begin = std::string_view(words).substr(start);
    if (words.find('\n') == words.npos && words.find('/') != words.npos &&
        is_picture_extension(std::filesystem::path(words).extension().string()))
        return &unpacked_link;
    if (begin.starts_with("<svg") || (begin.starts_with("<?xml") && words.find("<svg") != words.npos)) return &svg;
    if (begin.starts_with("<!doctype html") || begin.starts_with("<html") || words.find("<html") != words.npos)
        return &html;
    return begin.starts_with("<?xml") ? &xml : &text;
}

}  // namespace

const Format* format_of(Bytes file) {
    if (file.size() >= 3 && file[0] == 'P' && file[1] >= '1' && file[1] <= '6' &&
        (std::isspace(file[2]) || file[2] == '#'))
        return &pnm;
    for (const Rule& rule : rules())
        if (has_at(file, rule.offset, rule.magic) && (rule.offset != 8 || starts_with(file, "RIFF")))
            return &rule.format;
    if (const Format* container = of_brands(file)) return container;
    if (!file.empty() &&
        std::all_of(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(file.size(), 4096)),
                    [](auto b) { return b == 0; }))
        return &zeros;
    return of_text(file);
}

std::string why_not_read(const Format& format) {
    if (!format.package.empty())
        return fmt::format("is {}, which this build does not read: install {} and build again", format.text,
                           format.package);
    return fmt::format("is {}, which typenet does not read", format.text);
}

namespace {

constexpr std::array known_extensions{"jpg"sv,  "jpeg"sv, "jpe"sv,  "jfif"sv, "png"sv, "gif"sv,
                                      "bmp"sv,  "dib"sv,  "pgm"sv,  "ppm"sv,  "pbm"sv, "pnm"sv,
                                      "webp"sv, "heic"sv, "heif"sv, "hif"sv,  "avif"sv};

}  // namespace

bool is_picture_extension(std::string_view extension) {
    std::string lower;
    for (const char c : extension.substr(extension.starts_with('.') ? 1 : 0))
        lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return extension.starts_with('.') &&
           std::find(known_extensions.begin(), known_extensions.end(), lower) != known_extensions.end();
}

std::string picture_extensions() { return fmt::format("{}", fmt::join(known_extensions, ", ")); }

std::string not_a_picture(const std::filesystem::path& path) {
    const std::string extension = path.extension().string();
    std::vector<std::uint8_t> head(4096);
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error)) {
        std::ifstream file(path, std::ios::binary);
        file.read(reinterpret_cast<char*>(head.data()), static_cast<std::streamsize>(head.size()));
        head.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
        const Format* format = format_of(head);
        if (format && decoder_of(format->name))
            return fmt::format("not taken for a picture for its extension '{}', but is {}: rename it", extension,
                               format->text);
        if (format && format != &text && format != &zeros)
            return fmt::format("{} (its extension is '{}')", why_not_read(*format), extension);
    }
    return fmt::format("not a picture (its extension is '{}')", extension);
}

}  // namespace tn::image
