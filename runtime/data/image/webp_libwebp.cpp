// WebP by libwebp, of an animation the first frame.
#include <fmt/format.h>
#include <webp/decode.h>
#include <webp/demux.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "runtime/data/exif.hpp"
#include "runtime/data/image/decoders.hpp"

namespace tn::image {
namespace {

/// The orientation in the EXIF chunk of a RIFF container (WebP container specification, "Metadata").
int orientation_of(Bytes file) {
    Cursor in(file, 12);
    while (in.good && in.at < file.size()) {
        const bool exif = has_at(file, in.at, "EXIF");
        in.skip(4);
        const std::uint64_t length = in.little(4);
        const Bytes content = in.take(length);
        in.skip(length % 2);
        if (exif)
            return tiff_orientation(starts_with(content, std::string_view("Exif\0\0", 6)) ? content.subspan(6)
                                                                                          : content);
    }
    return 1;
}

WebPBitstreamFeatures features_of(Bytes file) {
    WebPBitstreamFeatures features;
    const VP8StatusCode status = WebPGetFeatures(file.data(), file.size(), &features);
    if (status == VP8_STATUS_NOT_ENOUGH_DATA) throw Error(ends_early);
    if (status != VP8_STATUS_OK) throw Error("it is damaged (its header)");
    return features;
}

Header header(Bytes file) {
    const WebPBitstreamFeatures features = features_of(file);
    return {features.width, features.height, orientation_of(file)};
}

Decoded decode_animation(Bytes file) {
    WebPAnimDecoderOptions options;
    if (!WebPAnimDecoderOptionsInit(&options)) throw Error("libwebp is of another version than its header");
    options.color_mode = MODE_RGBA;
    const WebPData data{file.data(), file.size()};
    const std::unique_ptr<WebPAnimDecoder, void (*)(WebPAnimDecoder*)> decoder(WebPAnimDecoderNew(&data, &options),
                                                                               WebPAnimDecoderDelete);
    WebPAnimInfo info;
    std::uint8_t* canvas = nullptr;
    int time = 0;
    if (!decoder || !WebPAnimDecoderGetInfo(decoder.get(), &info) ||
        !WebPAnimDecoderGetNext(decoder.get(), &canvas, &time))
        throw Error("it is damaged or ends early");
    Decoded d(info.canvas_width, info.canvas_height, 4);
    std::copy_n(canvas, d.row() * d.rows(), d.pixels.get());
    return d;
}

Decoded decode(Bytes file, bool) {
    const WebPBitstreamFeatures features = features_of(file);
    if (features.has_animation) return decode_animation(file);
    Decoded d(features.width, features.height, features.has_alpha ? 4 : 3);
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) throw Error("libwebp is of another version than its header");
    config.output.colorspace = features.has_alpha ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA = {d.pixels.get(), static_cast<int>(d.row()), d.row() * d.rows()};
    const VP8StatusCode status = WebPDecode(file.data(), file.size(), &config);
    WebPFreeDecBuffer(&config.output);
    if (status == VP8_STATUS_NOT_ENOUGH_DATA || status == VP8_STATUS_SUSPENDED) throw Error(ends_early);
    if (status == VP8_STATUS_OUT_OF_MEMORY) throw std::bad_alloc();
    if (status != VP8_STATUS_OK) throw Error("it is damaged (its coded pixels)");
    return d;
}

std::string name() {
    const int version = WebPGetDecoderVersion();
    return fmt::format("libwebp {}.{}.{}", version >> 16, version >> 8 & 255, version & 255);
}

}  // namespace

const Decoder libwebp{"WebP", name, header, decode};

}  // namespace tn::image
