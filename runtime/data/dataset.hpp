// What a data set is once it is read: bytes of one shape and a label each, ready to be augmented and batched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dsl/core/index.hpp"

namespace tn {

/// The size of every picture of a set: channels (1 grey, 3 RGB), height and width in pixels.
struct PictureShape {
    int channels = 1, height = 0, width = 0;
    constexpr std::size_t size() const { return Index{channels} * height * width; }
    bool operator==(const PictureShape&) const = default;
};

/// A file that could not be used, and why.
struct SkippedFile {
    std::string path, reason;
};

/// Pictures as bytes in NCHW, 0 black to 255 white, with a label each.
struct Pictures {
    PictureShape shape;
    std::vector<std::uint8_t> pixels;  ///< size() pictures of shape.size() bytes
    std::vector<int> labels;           ///< 0 .. classes.size()-1, one a picture
    std::vector<std::string> files;    ///< where each came from, for reports; "" when it has no file
    std::vector<std::string> classes;  ///< names, sorted
    std::vector<SkippedFile> skipped;

    int size() const { return static_cast<int>(labels.size()); }
    std::span<const std::uint8_t> picture(int i) const {
        return std::span(pixels.data() + i * shape.size(), shape.size());
    }
};

}  // namespace tn
