// Run-length codes of BMP.
#pragma once

#include "runtime/data/image/decoder.hpp"

namespace tn::image {

/// The indices of width x height pixels, in the order of the file's rows, from codes of 8 or 4 bits a pixel (BI_RLE8,
/// BI_RLE4). Those that the codes jump over are 0. Throws Error when the codes end before the picture does.
Pixels unpack_run_length(Bytes codes, std::int64_t width, std::int64_t height, int bits);

}  // namespace tn::image
