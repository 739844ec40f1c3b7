// PNG by stb_image.
#include "runtime/data/image/decoders.hpp"
#include "runtime/data/image/png_stream.hpp"
#include "runtime/data/image/stb_decode.hpp"

namespace tn::image {
namespace {

Decoded decode(Bytes file, bool) {
    check_png(file);
    return png_depth(file) == 16 ? stb_decode_16(file) : stb_decode(file, 0);
}

}  // namespace

const Decoder embedded_png{"PNG", stb_name, png_header, decode};

}  // namespace tn::image
