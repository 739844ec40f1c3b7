// JPEG by stb_image.
#include <algorithm>
#include <array>
#include <vector>

#include "runtime/data/image/decoders.hpp"
#include "runtime/data/image/jpeg_stream.hpp"
#include "runtime/data/image/jpeg_tables.hpp"
#include "runtime/data/image/stb_decode.hpp"

namespace tn::image {
namespace {

/// The decoder fills in what is missing and says nothing. But the pixels of a picture that is all there do not depend
/// on what stands behind it: so it is decoded again with other bytes there, of many ones and of many patterns.
void check_whole(const JpegStream& stream, const Decoded& decoded, int channels) {
    for (const std::array<std::uint8_t, 6>& pattern :
         {std::array<std::uint8_t, 6>{0xFE, 0xFD, 0xFB, 0xF7, 0xEF, 0xDF}, {0x5A, 0xC3, 0x96, 0x3C, 0xA5, 0x69}}) {
        std::vector<std::uint8_t> longer(stream.bytes.begin(), stream.bytes.end() - 2);
        for (int i = 0; i < 16; ++i) longer.insert(longer.end(), pattern.begin(), pattern.end());
        longer.insert(longer.end(), end_of_image.begin(), end_of_image.end());
        const Decoded again = stb_decode(longer, channels);
        if (!std::equal(again.pixels.get(), again.pixels.get() + again.row() * again.rows(), decoded.pixels.get()))
            throw Error(ends_early);
    }
}

Decoded decode(Bytes file, bool grey) {
    const JpegStream stream = mend_jpeg(file);
    if (stream.arithmetic)
        throw Error(
            "is a JPEG with arithmetic coding, which this build does not read: install libjpeg62-turbo-dev and build "
            "again");
    const int channels = grey ? 1 : 3;
    Decoded decoded = stb_decode(stream.bytes, channels);
    if (!stream.ended) check_whole(stream, decoded, channels);
    return decoded;
}

}  // namespace

const Decoder embedded_jpeg{"JPEG", stb_name, jpeg_header, decode};

}  // namespace tn::image
