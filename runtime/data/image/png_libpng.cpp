// PNG by libpng.
#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstring>
#include <utility>

#include "runtime/data/image/decoders.hpp"
#include "runtime/data/image/png_stream.hpp"

namespace tn::image {
namespace {

/// The library leaves by longjmp, so that no frame which it leaves may own anything: this is what they share.
struct Session {
    png_structp png = nullptr;
    png_infop info = nullptr;
    Cursor in;
    std::array<char, 100> reason{};
    Decoded decoded;

    explicit Session(Bytes file) : in(file) {}
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() { png_destroy_read_struct(&png, &info, nullptr); }
};

[[noreturn]] void leave(png_structp png, png_const_charp text) {
    auto& s = *static_cast<Session*>(png_get_error_ptr(png));
    std::strncpy(s.reason.data(), text, s.reason.size() - 1);
    png_longjmp(png, 1);
}

void give_bytes(png_structp png, png_bytep out, std::size_t count) {
    auto& s = *static_cast<Session*>(png_get_io_ptr(png));
    const Bytes bytes = s.in.take(count);
    if (!s.in.good) png_error(png, ends_early);
    std::copy(bytes.begin(), bytes.end(), out);
}

/// Up to where the rows begin, with 8 bits a sample and the transparent colour as alpha; false: with a reason.
bool begin(Session& s) {
    if (setjmp(png_jmpbuf(s.png))) return false;
    // Texts and profiles change no pixels, and may be large.
    png_set_keep_unknown_chunks(s.png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_set_user_limits(s.png, 65535, 65535);
    png_set_read_fn(s.png, &s, give_bytes);
    png_read_info(s.png, s.info);
    png_set_expand(s.png);
    png_set_scale_16(s.png);
    png_set_interlace_handling(s.png);
    png_read_update_info(s.png, s.info);
    return true;
}

/// An interlaced picture is gone through several times.
bool finish(Session& s, int passes) {
    if (setjmp(png_jmpbuf(s.png))) return false;
    for (int pass = 0; pass < passes; ++pass)
        for (std::int64_t y = 0; y < s.decoded.height; ++y) png_read_row(s.png, s.decoded.line(y), nullptr);
    return true;
}

Decoded decode(Bytes file, bool) {
    check_png(file);
    Session s(file);
    s.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &s, leave, [](png_structp, png_const_charp) {});
    s.info = s.png ? png_create_info_struct(s.png) : nullptr;
    if (!s.info) throw std::bad_alloc();
    const auto damaged = [&] { return Error(fmt::format("it is damaged ({})", s.reason.data())); };
    if (!begin(s)) throw damaged();
    s.decoded = Decoded(png_get_image_width(s.png, s.info), png_get_image_height(s.png, s.info),
                        png_get_channels(s.png, s.info));
    if (png_get_rowbytes(s.png, s.info) != s.decoded.row()) throw Error("it is damaged (its rows have another length)");
    if (!finish(s, png_get_interlace_type(s.png, s.info) == PNG_INTERLACE_ADAM7 ? 7 : 1)) throw damaged();
    return std::move(s.decoded);
}

std::string name() { return fmt::format("libpng {}", png_get_libpng_ver(nullptr)); }

}  // namespace

const Decoder libpng{"PNG", name, png_header, decode};

}  // namespace tn::image
