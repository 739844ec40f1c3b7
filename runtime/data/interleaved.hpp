// Pictures as other libraries hold them: rows of pixels whose channels lie side by side.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "runtime/core/error.hpp"
#include "runtime/data/image.hpp"

namespace tn {

/// Bytes in [height][width][channels], where a row begins `stride` bytes behind the one before; 0: without a gap. What
/// is looked at must outlive it.
struct InterleavedView {
    const std::uint8_t* data = nullptr;
    int height = 0, width = 0, channels = 0;
    std::size_t stride = 0;
};

/// The order of a pixel's first three channels: most libraries have red first, OpenCV has blue first.
enum class ChannelOrder { rgb, bgr };

/// Anything like cv::Mat, of 8 bits a channel.
template <class Mat>
concept MatLike = requires(const Mat& m) {
    { m.rows } -> std::convertible_to<int>;
    { m.cols } -> std::convertible_to<int>;
    { m.channels() } -> std::convertible_to<int>;
    { m.data } -> std::convertible_to<const std::uint8_t*>;
    { m.step } -> std::convertible_to<std::size_t>;
};

/// Throws Error when the pixels are not of 8 bits, where the matrix says what they are (elemSize1()).
template <MatLike Mat> InterleavedView interleaved(const Mat& m) {
    if constexpr (requires { m.elemSize1(); })
        if (m.elemSize1() != 1)
            throw Error("a picture must have 8 bits a channel, not " + std::to_string(8 * m.elemSize1()));
    return {m.data, m.rows, m.cols, m.channels(), static_cast<std::size_t>(m.step)};
}

/// The input of a network, [channels][height][width], of values from 0 to 1, v / 255. Throws Error unless `to` has as
/// many values as the picture, and for a picture without pixels or with a stride that is shorter than a row.
void copy_planes(const InterleavedView& from, std::span<float> to, ChannelOrder order = ChannelOrder::rgb);

/// The same as bytes, for a data set of pictures. Throws Error also unless there are 1 or 3 channels.
Picture picture_of(const InterleavedView& from, ChannelOrder order = ChannelOrder::rgb);

}  // namespace tn
