#include "runtime/data/image/upright.hpp"

#include <array>
#include <utility>

namespace tn::image {
namespace {

/// Where in the stored rows the upright picture begins, and the step to its next column and row, in pixels.
struct Walk {
    std::ptrdiff_t origin, next_column, next_row;
};

Walk upright_walk(int orientation, std::ptrdiff_t width, std::ptrdiff_t height) {
    const std::ptrdiff_t bottom = (height - 1) * width, last = height * width - 1;
    const std::array<Walk, 8> walks{{{0, 1, width},
                                     {width - 1, -1, width},
                                     {last, -1, -width},
                                     {bottom, 1, -width},
                                     {0, width, 1},
                                     {bottom, -width, 1},
                                     {last, -width, -1},
                                     {width - 1, width, -1}}};
    return walks[static_cast<std::size_t>(orientation - 1)];
}

unsigned opaque(unsigned value, unsigned alpha, unsigned ground) {
    return (value * alpha + ground * (255 - alpha) + 127) / 255;
}

/// Channel c of a pixel of `Stored` channels.
template <int Stored> unsigned sample(const std::uint8_t* pixel, int c, const Ground& ground) {
    if constexpr (Stored == 1) return pixel[0];
    if constexpr (Stored == 2) return opaque(pixel[0], pixel[1], ground.rgb[c]);
    if constexpr (Stored == 3) return pixel[c];
    if constexpr (Stored == 4) return opaque(pixel[c], pixel[3], ground.rgb[c]);
}

template <int Stored> unsigned grey(const std::uint8_t* pixel, const Ground& ground) {
    const auto channel = [&](int c) { return sample<Stored>(pixel, c, ground); };
    return Stored == 1 ? channel(0) : (77 * channel(0) + 150 * channel(1) + 29 * channel(2)) >> 8;
}

template <int Stored> void fill(const Decoded& stored, const Walk& walk, const Ground& ground, Picture& picture) {
    std::uint8_t* out = picture.pixels.data();
    const std::ptrdiff_t step = walk.next_column * Stored;
    for (int c = 0; c < picture.shape.channels; ++c)
        for (int y = 0; y < picture.shape.height; ++y) {
            const std::uint8_t* pixel = stored.pixels.get() + (walk.origin + y * walk.next_row) * Stored;
            if (picture.shape.channels == 1)
                for (int x = 0; x < picture.shape.width; ++x)
                    *out++ = static_cast<std::uint8_t>(grey<Stored>(pixel + x * step, ground));
            else
                for (int x = 0; x < picture.shape.width; ++x)
                    *out++ = static_cast<std::uint8_t>(sample<Stored>(pixel + x * step, c, ground));
        }
}

}  // namespace

Picture upright_planes(const Decoded& stored, int channels, int orientation, Ground ground) {
    const Walk walk = upright_walk(orientation, stored.width, stored.height);
    int width = stored.width, height = stored.height;
    if (orientation >= 5) std::swap(width, height);
    Picture picture{{channels, height, width}, {}};
    picture.pixels.resize(picture.shape.size());
    switch (stored.channels) {
        case 1: fill<1>(stored, walk, ground, picture); break;
        case 2: fill<2>(stored, walk, ground, picture); break;
        case 3: fill<3>(stored, walk, ground, picture); break;
        default: fill<4>(stored, walk, ground, picture);
    }
    return picture;
}

}  // namespace tn::image
