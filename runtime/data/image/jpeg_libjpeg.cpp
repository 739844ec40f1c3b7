// JPEG by libjpeg-turbo, or another library with its interface.
#include <fmt/format.h>

#include <array>
#include <csetjmp>
#include <cstdio>
#include <utility>
// jpeglib.h counts on <cstdio>, and jerror.h on jpeglib.h.
#include <jpeglib.h>
//
#include <jerror.h>

#include "runtime/data/image/decoders.hpp"
#include "runtime/data/image/jpeg_stream.hpp"

namespace tn::image {
namespace {

/// The library leaves by longjmp, so that no frame which it leaves may own anything: this is what they share.
struct Session {
    jpeg_decompress_struct jpeg{};
    jpeg_error_mgr errors{};
    std::jmp_buf back;
    std::array<char, JMSG_LENGTH_MAX> reason{};
    bool early = false;
    Decoded decoded;
    Pixels inks;  ///< a row of a CMYK picture

    Session() = default;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() { jpeg_destroy_decompress(&jpeg); }
};

void leave(j_common_ptr jpeg) {
    auto& s = *static_cast<Session*>(jpeg->client_data);
    jpeg->err->format_message(jpeg, s.reason.data());
    std::longjmp(s.back, 1);
}

/// Of the warnings these say that pixels are wrong.
void hear(j_common_ptr jpeg, int level) {
    if (level >= 0) return;
    const int code = jpeg->err->msg_code;
    auto& s = *static_cast<Session*>(jpeg->client_data);
    s.early = code == JWRN_HIT_MARKER || code == JWRN_JPEG_EOF;
    bool wrong = s.early || code == JWRN_HUFF_BAD_CODE || code == JWRN_MUST_RESYNC;
#ifdef D_ARITH_CODING_SUPPORTED
    wrong = wrong || code == JWRN_ARITH_BAD_CODE;
#endif
    if (wrong) leave(jpeg);
}

/// Inverted inks to RGB, rounded as stb_image does.
void from_inks(const std::uint8_t* inks, std::uint8_t* out, std::size_t pixels) {
    for (std::size_t i = 0; i < pixels; ++i, inks += 4)
        for (int c = 0; c < 3; ++c) {
            const unsigned t = unsigned{inks[c]} * inks[3] + 128;
            *out++ = static_cast<std::uint8_t>((t + (t >> 8)) >> 8);
        }
}

void read_rows(Session& s) {
    jpeg_decompress_struct& jpeg = s.jpeg;
    const bool cmyk = jpeg.out_color_space == JCS_CMYK;
    while (jpeg.output_scanline < jpeg.output_height) {
        std::uint8_t* line = s.decoded.line(jpeg.output_scanline);
        JSAMPROW row = cmyk ? s.inks.get() : line;
        jpeg_read_scanlines(&jpeg, &row, 1);
        if (cmyk) from_inks(row, line, static_cast<std::size_t>(s.decoded.width));
    }
}

/// Up to where the rows begin; false: with a reason.
bool begin(Session& s, Bytes file, bool grey) {
    if (setjmp(s.back)) return false;
    jpeg_create_decompress(&s.jpeg);
    jpeg_mem_src(&s.jpeg, file.data(), file.size());
    jpeg_read_header(&s.jpeg, TRUE);
    const J_COLOR_SPACE stored = s.jpeg.jpeg_color_space;
    s.jpeg.out_color_space = s.jpeg.num_components == 4                                 ? JCS_CMYK
                             : stored == JCS_GRAYSCALE || (grey && stored == JCS_YCbCr) ? JCS_GRAYSCALE
                                                                                        : JCS_RGB;
    jpeg_start_decompress(&s.jpeg);
    return true;
}

bool finish(Session& s) {
    if (setjmp(s.back)) return false;
    read_rows(s);
    return true;
}

Error damaged(const Session& s) {
    return Error(s.early ? std::string(ends_early) : fmt::format("it is damaged ({})", s.reason.data()));
}

Decoded decode(Bytes file, bool grey) {
    const JpegStream stream = mend_jpeg(file);
    Session s;
    s.jpeg.err = jpeg_std_error(&s.errors);
    s.errors.error_exit = leave;
    s.errors.emit_message = hear;
    s.errors.output_message = [](j_common_ptr) {};
    s.jpeg.client_data = &s;
    if (!begin(s, stream.bytes, grey)) throw damaged(s);
    s.decoded = Decoded(s.jpeg.output_width, s.jpeg.output_height, s.jpeg.out_color_space == JCS_GRAYSCALE ? 1 : 3);
    if (s.jpeg.out_color_space == JCS_CMYK) s.inks = allocate_pixels(4 * std::size_t{s.jpeg.output_width});
    if (!finish(s)) throw damaged(s);
    return std::move(s.decoded);
}

#define TN_TEXT(x) #x
#define TN_TEXT_OF(x) TN_TEXT(x)
std::string name() {
#ifdef LIBJPEG_TURBO_VERSION
    return "libjpeg-turbo " TN_TEXT_OF(LIBJPEG_TURBO_VERSION);
#else
    return fmt::format("libjpeg {}", JPEG_LIB_VERSION / 10);
#endif
}

}  // namespace

const Decoder libjpeg{"JPEG", name, jpeg_header, decode};

}  // namespace tn::image
