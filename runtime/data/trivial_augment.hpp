// TrivialAugment's changes of a picture's bytes: the same operations on every device.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "runtime/core/random.hpp"
#include "runtime/data/image.hpp"

namespace tn {

/// The changes of TrivialAugment (Müller and Hutter, "TrivialAugment: tuning-free yet state-of-the-art data
/// augmentation", 2021), in the order of torchvision's TrivialAugmentWide: first nothing and what moves pixels, then
/// what changes their values.
enum class Trivial : std::int32_t {
    identity,
    shear_x,
    shear_y,
    translate_x,
    translate_y,
    rotate,
    brightness,
    colour,
    contrast,
    sharpness,
    posterize,
    solarize,
    autocontrast,
    equalize
};
inline constexpr int trivial_changes = 14, trivial_levels = 31;

/// One of them, as it was drawn.
struct TrivialChange {
    Trivial kind = Trivial::identity;
    /// Of shear_x to rotate: the slope, pixels, or degrees. Of brightness to sharpness: the factor. Of posterize: the
    /// bits that are kept. Of solarize: the least value that is inverted.
    float strength = 0;

    /// Whether values change, not places.
    constexpr bool changes_values() const { return kind >= Trivial::brightness; }
    /// Whether it depends on the values of a whole plane.
    constexpr bool takes_counts() const { return kind >= Trivial::autocontrast; }
};

/// Any of the changes, equally likely, with any of 31 levels of the ranges of torchvision's TrivialAugmentWide, of
/// which `amount`, 0 .. 1, is used, and either sign.
constexpr TrivialChange draw_trivial(float amount, Random& random) {
    TrivialChange change{static_cast<Trivial>(random.below(trivial_changes)), 0};
    const int step = static_cast<int>(random.below(trivial_levels));
    const float level = amount * static_cast<float>(step) / (trivial_levels - 1);
    const float either = random.chance(0.5f) ? -level : level;
    switch (change.kind) {
        case Trivial::shear_x:
        case Trivial::shear_y: change.strength = 0.99f * either; break;
        case Trivial::translate_x:
        case Trivial::translate_y: change.strength = 32 * either; break;
        case Trivial::rotate: change.strength = 135 * either; break;
        case Trivial::brightness:
        case Trivial::colour:
        case Trivial::contrast:
        case Trivial::sharpness: change.strength = 1 + 0.99f * either; break;
        case Trivial::posterize: change.strength = static_cast<float>(8 - static_cast<int>(6 * level + 0.5f)); break;
        case Trivial::solarize: change.strength = 255 * (1 - level); break;
        default: break;
    }
    return change;
}

namespace detail {

/// factor * value + (1 - factor) * from as a byte, as torchvision rounds it: down.
constexpr std::uint8_t mixed_byte(float factor, float value, float from) {
    const float v = factor * value + (1 - factor) * from;
    return static_cast<std::uint8_t>(v < 0 ? 0.0f : v > 255 ? 255.0f : v);
}

}  // namespace detail

/// Fills what each value of a plane becomes by autocontrast or equalize; `counts` are of the plane's pixels by value.
template <class Counts, class Table> constexpr void fill_table(Trivial kind, const Counts& counts, Table& to) {
    int least = 255, most = 0, pixels = 0;
    for (int v = 255; v >= 0; --v)
        if (counts[v] > 0) least = v;
    for (int v = 0; v < 256; ++v)
        if (counts[v] > 0) most = v, pixels += counts[v];
    const int step = (pixels - counts[most]) / 255;
    int below = step / 2;
    for (int v = 0; v < 256; ++v) {
        if (kind == Trivial::equalize) {
            const int equal = step > 0 ? below / step : v;
            to[v] = static_cast<std::uint8_t>(equal < 255 ? equal : 255);
            below += counts[v];
        } else {
            const float scale = most > least ? 255 / static_cast<float>(most - least) : 1;
            const float stretched = static_cast<float>(v - (most > least ? least : 0)) * scale;
            to[v] = static_cast<std::uint8_t>(stretched < 0 ? 0.0f : stretched > 255 ? 255.0f : stretched);
        }
    }
}

/// A pixel's grey, in colour rounded down to a byte.
template <class At> constexpr float trivial_grey(const At& at, PictureShape s, int row, int column) {
    const auto value = [&](int channel) { return static_cast<float>(at(channel, row, column)); };
    if (s.channels != 3) return value(0);
    return static_cast<float>(static_cast<int>(0.2989f * value(0) + 0.587f * value(1) + 0.114f * value(2)));
}

/// What the value at a place becomes. `at(channel, row, column)` is the picture's byte, `mean` of all of its greys, for
/// contrast, and `table` of the channel, for what takes_counts(). As torchvision computes it, on bytes.
template <class At, class Table>
constexpr std::uint8_t trivial_byte(const TrivialChange& change, const At& at, PictureShape s, float mean,
                                    const Table& table, int channel, int row, int column) {
    const auto value = [&](int down, int right) { return static_cast<float>(at(channel, row + down, column + right)); };
    const std::uint8_t byte = at(channel, row, column);
    switch (change.kind) {
        case Trivial::brightness: return detail::mixed_byte(change.strength, value(0, 0), 0);
        case Trivial::contrast: return detail::mixed_byte(change.strength, value(0, 0), mean);
        case Trivial::colour:
            if (s.channels != 3) return byte;
            return detail::mixed_byte(change.strength, value(0, 0), trivial_grey(at, s, row, column));
        case Trivial::sharpness: {
            if (row == 0 || column == 0 || row + 1 >= s.height || column + 1 >= s.width) return byte;
            float sum = 4 * value(0, 0);
            for (int down = -1; down <= 1; ++down)
                for (int right = -1; right <= 1; ++right) sum += value(down, right);
            return detail::mixed_byte(change.strength, value(0, 0),
                                      static_cast<float>(static_cast<int>(sum / 13 + 0.5f)));
        }
        case Trivial::posterize:
            return static_cast<std::uint8_t>(byte & (0xFF << (8 - static_cast<int>(change.strength))));
        case Trivial::solarize: return value(0, 0) >= change.strength ? static_cast<std::uint8_t>(255 - byte) : byte;
        case Trivial::autocontrast:
        case Trivial::equalize: return table[byte];
        default: return byte;
    }
}

/// Changes the values of a picture, CHW; for a change that changes_values().
void change_trivially(const TrivialChange& change, std::span<const std::uint8_t> in, PictureShape shape,
                      std::span<std::uint8_t> out);

}  // namespace tn
