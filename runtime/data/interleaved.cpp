#include "runtime/data/interleaved.hpp"

#include <fmt/format.h>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"

namespace tn {

namespace {

std::size_t size_of(const InterleavedView& v) { return Index{v.height} * v.width * v.channels; }

/// Calls put(value) for every value, plane by plane.
template <class Put> void visit_planes(const InterleavedView& v, ChannelOrder order, Put put) {
    const Index row = Index{v.width} * v.channels, stride = v.stride ? static_cast<Index>(v.stride) : row;
    if (!v.data || v.height < 1 || v.width < 1 || v.channels < 1 || stride < row)
        throw Error(
            fmt::format("a picture of {} x {} pixels, {} channels and rows {} bytes apart has no pixels to read",
                        v.height, v.width, v.channels, stride));
    for (int channel = 0; channel < v.channels; ++channel) {
        const int from = order == ChannelOrder::bgr && v.channels >= 3 && channel < 3 ? 2 - channel : channel;
        for (int y = 0; y < v.height; ++y)
            for (int x = 0; x < v.width; ++x) put(v.data[y * stride + Index{x} * v.channels + from]);
    }
}

}  // namespace

void copy_planes(const InterleavedView& from, std::span<float> to, ChannelOrder order) {
    if (size_of(from) != to.size())
        throw Error(fmt::format("a picture of {} x {} x {} has other values than the {} that the network takes",
                                from.channels, from.height, from.width, to.size()));
    float* next = to.data();
    visit_planes(from, order, [&](std::uint8_t value) { *next++ = static_cast<float>(value) / 255; });
}

Picture picture_of(const InterleavedView& from, ChannelOrder order) {
    check_picture_shape({from.channels, from.height, from.width}, "a picture of another library");
    Picture picture{{from.channels, from.height, from.width}, {}};
    picture.pixels.reserve(picture.shape.size());
    visit_planes(from, order, [&](std::uint8_t value) { picture.pixels.push_back(value); });
    return picture;
}

}  // namespace tn
