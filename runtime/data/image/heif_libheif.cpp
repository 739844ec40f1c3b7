// HEIC, AVIF and other HEIF by libheif, which turns them upright itself.
#include <fmt/format.h>
#include <libheif/heif.h>

#include <algorithm>
#include <memory>

#include "runtime/data/image/decoders.hpp"

namespace tn::image {
namespace {

template <class T> using Owned = std::unique_ptr<T, void (*)(T*)>;

void check(const heif_error& error) {
    if (error.code == heif_error_Ok) return;
    if (error.subcode == heif_suberror_End_of_data) throw Error(ends_early);
    if (error.code == heif_error_Unsupported_filetype || error.code == heif_error_Unsupported_feature ||
        error.subcode == heif_suberror_Unsupported_codec)
        throw Error(fmt::format("is a HEIF file which libheif does not read ({})", error.message));
    throw Error(fmt::format("it is damaged ({})", error.message));
}

/// The main picture of a file. The bytes must outlive it.
class File {
public:
    explicit File(Bytes bytes) : context_(heif_context_alloc(), heif_context_free) {
        if (!context_) throw std::bad_alloc();
        heif_context_set_maximum_image_size_limit(context_.get(), 65535);
        check(heif_context_read_from_memory_without_copy(context_.get(), bytes.data(), bytes.size(), nullptr));
        heif_image_handle* handle = nullptr;
        check(heif_context_get_primary_image_handle(context_.get(), &handle));
        handle_.reset(handle);
    }
    const heif_image_handle* handle() const { return handle_.get(); }
    Header header() const { return {heif_image_handle_get_width(handle()), heif_image_handle_get_height(handle()), 1}; }

private:
    Owned<heif_context> context_;
    Owned<const heif_image_handle> handle_{nullptr, heif_image_handle_release};
};

Header header(Bytes file) { return File(file).header(); }

Decoded decode(Bytes bytes, bool) {
    const File file(bytes);
    const bool alpha = heif_image_handle_has_alpha_channel(file.handle());
    const Owned<heif_decoding_options> options(heif_decoding_options_alloc(), heif_decoding_options_free);
    if (!options) throw std::bad_alloc();
    options->convert_hdr_to_8bit = 1;
    heif_image* decoded = nullptr;
    check(heif_decode_image(file.handle(), &decoded, heif_colorspace_RGB,
                            alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB, options.get()));
    const Owned<const heif_image> image(decoded, heif_image_release);
    int stride = 0;
    const std::uint8_t* rows = heif_image_get_plane_readonly(image.get(), heif_channel_interleaved, &stride);
    Decoded d(heif_image_get_width(image.get(), heif_channel_interleaved),
              heif_image_get_height(image.get(), heif_channel_interleaved), alpha ? 4 : 3);
    const Header header = file.header();
    if (!rows || d.width != header.width || d.height != header.height) throw Error("it is damaged (its size changes)");
    for (std::int64_t y = 0; y < d.height; ++y) std::copy_n(rows + y * stride, d.row(), d.line(y));
    return d;
}

std::string name() { return fmt::format("libheif {}", heif_get_version()); }

}  // namespace

const Decoder libheif{"HEIF", name, header, decode};

}  // namespace tn::image
