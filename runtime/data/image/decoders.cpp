#include "runtime/data/image/decoders.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tn::image {
namespace {

constexpr std::array all {
#if TN_LIBJPEG
    &libjpeg,
#endif
        &embedded_jpeg,
#if TN_LIBPNG
        &libpng,
#endif
        &embedded_png, &embedded_gif, &embedded_bmp, &embedded_pnm,
#if TN_LIBWEBP
        &libwebp,
#endif
#if TN_LIBHEIF
        &libheif,
#endif
};

}  // namespace

std::span<const Decoder* const> decoders() { return all; }

const Decoder* decoder_of(std::string_view format) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const Decoder* d) { return d->format == format; });
    return found == all.end() ? nullptr : *found;
}

std::string describe_decoders() {
    std::string text;
    for (const Decoder* d : all)
        if (d == decoder_of(d->format))
            text += fmt::format("{}{} by {}", text.empty() ? "" : ", ", d->format, d->name());
    return text;
}

}  // namespace tn::image
