// Augmentation: every picture is seen a little differently each time, so that few photographs teach much.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "runtime/core/isa.hpp"
#include "runtime/core/random.hpp"
#include "runtime/data/dataset.hpp"
#include "runtime/data/image.hpp"

namespace tn {

/// How bytes become the numbers that the network sees: (v / 255 - mean) / deviation, one of each a channel.
struct Normalise {
    std::array<float, 3> mean{0.5f, 0.5f, 0.5f}, deviation{0.25f, 0.25f, 0.25f};

    /// A value v of 0 .. 255 becomes v scale + shift.
    struct Scaling {
        float scale, shift;
    };
    constexpr Scaling scaling(std::size_t channel) const {
        const double m = static_cast<double>(mean[channel]), d = static_cast<double>(deviation[channel]);
        return {static_cast<float>(1 / (255 * d)), static_cast<float>(-m / d)};
    }
};

/// The mean and deviation of every channel over a data set; a deviation is at least 1/255.
Normalise fit_normalise(const Pictures& pictures);

/// One change: how likely it is and how strong it may be.
struct Change {
    float probability = 0, amount = 0;
    bool operator==(const Change&) const = default;
};

/// The changes, in the order in which describe() lists them. Each is drawn anew for every picture and epoch; the
/// geometric ones are composed and the picture is sampled once, bilinearly, its edge repeated outside.
struct Augmentation {
    Change flip;        ///< mirrored left to right; the amount means nothing
    Change rotate;      ///< by up to so many degrees either way
    Change zoom;        ///< by a factor from 1 / (1 + amount) to 1 + amount
    Change crop;        ///< width against height changed by a factor from 1 / (1 + amount) to 1 + amount
    Change shift;       ///< by up to this part of the sides
    Change elastic;     ///< the points of a coarse grid moved by up to this part of the sides, smoothly between them
    Change brightness;  ///< up to this part of white added or taken
    Change contrast;    ///< differences from the mean multiplied by a factor from 1 / (1 + amount) to 1 + amount
    Change erase;       ///< a rectangle of up to this part of the area filled with one random grey
    Change noise;       ///< normal noise with a deviation of up to this part of white
    // As in torchvision: ColorJitter's saturation and hue, of pictures in colour alone, and RandomResizedCrop.
    Change saturation;  ///< differences from a pixel's grey times a factor from max(0, 1 - amount) to 1 + amount
    Change hue;         ///< turned by up to this part of the circle of colours either way, at most 0.5
    /// The picture is a window of itself, as large as all of it: one of `amount` to 1 of the area, anywhere, whose
    /// width against its height, in parts of the sides, is from 1 / crop_ratio to crop_ratio (Szegedy and others,
    /// "Going deeper with convolutions", 2015).
    Change resized_crop;
    float crop_ratio = 4.0f / 3;
    Change trivial;  ///< TrivialAugment's (draw_trivial), with this part of its ranges
    bool operator==(const Augmentation&) const = default;

    static Augmentation none();
    static Augmentation light();
    static Augmentation strong();
    static Augmentation digits();
    static Augmentation trivially();  ///< flip and `trivial`, as published
};

/// "strong", "light", "digits", "trivial" or "none", then changes of it: "strong,flip=0,rotate=0.5:20" (probability, or
/// probability:amount; of resized-crop also probability:amount:ratio). Throws Error that names the bad part and lists
/// what there is or what it must be.
Augmentation parse_augmentation(std::string_view text);

/// The text that parse_augmentation turns back into it.
std::string describe(const Augmentation& augmentation);

/// Throws Error when there is a change of colours, but the pictures have none: their shape has not 3 channels.
void check_augmentation(const Augmentation& augmentation, PictureShape shape);

/// One picture (shape.size() bytes, CHW) changed by random numbers and normalised into `out` (shape.size() floats): the
/// same bits with every instruction set. Throws Error when the sizes differ, and as check_augmentation().
void augment(std::span<const std::uint8_t> in, PictureShape shape, const Augmentation& augmentation,
             const Normalise& normalise, Random random, std::span<float> out, Isa isa = best_isa());

/// The picture as it is, normalised.
void normalise(std::span<const std::uint8_t> in, PictureShape shape, const Normalise& normalise, std::span<float> out);

/// A sheet to look at: a row a picture, first as it is, then `columns - 1` times augmented.
Picture augmentation_sheet(const Pictures& pictures, const Augmentation& augmentation, std::uint64_t seed, int rows = 8,
                           int columns = 9);

}  // namespace tn
