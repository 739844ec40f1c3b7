// IDX, the file format of MNIST and its relatives: a magic number, the sizes, then the numbers.
// Described at the foot of http://yann.lecun.com/exdb/mnist/.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "runtime/data/dataset.hpp"

namespace tn {

/// An array of unsigned bytes, the last dimension running fastest; bytes.size() is the product of `dims`.
struct Idx {
    std::vector<int> dims;
    std::vector<std::uint8_t> bytes;
};

/// Reads an IDX file of unsigned bytes with 1 to 8 dimensions and at most 2 GiB, plain or compressed by gzip (seen by
/// its first bytes, not its name). Throws Error "path: reason" when it is another kind of file, damaged, too short or
/// too long.
Idx read_idx(const std::filesystem::path& path);

/// Grey pictures (n x height x width) and their labels (n). The classes are "0", "1", .. up to the largest label, at
/// least two; `files` are empty names. Throws Error when the two files do not belong together.
Pictures read_digits(const std::filesystem::path& images, const std::filesystem::path& labels);

}  // namespace tn
