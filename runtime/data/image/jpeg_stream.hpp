// The structure of a JPEG file: what it is before its pixels are decoded, and the same picture as decoders want it.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/data/image/decoder.hpp"

namespace tn::image {

/// The size and orientation of a JPEG. Throws Error for one that is malformed before its pixels, or of a kind that no
/// decoder here reads: not 8 bits deep, lossless, hierarchical, of 2 components, or with its height behind the pixels.
Header jpeg_header(Bytes file);

/// A picture that is whole, from its beginning to an end of image.
struct JpegStream {
    std::uint64_t pixels = 0;
    bool arithmetic = false;
    /// Whether the file has an end of image. Where it has none, only decoding tells whether the last bits are there.
    bool ended = true;
    std::vector<std::uint8_t> mended;  ///< a copy, where something had to be added
    Bytes bytes;                       ///< of the file, or of `mended`

    JpegStream() = default;
    JpegStream(JpegStream&&) = default;
};

/// What decoders may be given: without what lies behind the picture (a maker's trailer, a second picture), and with
/// what they count on and others do without: an end of image, the Huffman tables of ITU T.81, annex K.3 (frames of
/// Motion JPEG), and the Adobe segment of a CMYK picture, whose inks are taken for inverted, as Adobe writes them.
///
/// Throws Error for a picture that is not all there, whose Huffman tables have over 255 codes, which stb_image does not
/// check, that has no quantisation tables, or whose scans make a decoder visit more than 2^30 pixels and each of them
/// more than 16 times, however short they are.
JpegStream mend_jpeg(Bytes file);

}  // namespace tn::image
