// Mixup and CutMix: training on pictures made of two.
#pragma once

#include <cstddef>
#include <span>

#include "runtime/core/random.hpp"

namespace tn {

/// What a picture of a batch becomes: share * itself + (1 - share) * picture `other` of the batch, and within the
/// rectangle of the rows from top to bottom - 1 and the columns from left to right - 1 with another share.
struct Blend {
    float share = 1;
    int other = 0;
    float share_within = 1;
    int top = 0, bottom = 0, left = 0, right = 0;

    constexpr bool is_within(int row, int column) const {
        return row >= top && row < bottom && column >= left && column < right;
    }
    /// Of the values at one place.
    constexpr float of(float own, float others, int row, int column) const {
        const float part = is_within(row, column) ? share_within : share;
        return part * own + (1 - part) * others;
    }
};

/// How the pictures of a batch are mixed: the alphas of both ways, 0 for none. Where both are given, a batch is mixed
/// one way or the other, as likely either.
struct Mixing {
    float mixup = 0, cutmix = 0;

    constexpr bool any() const { return mixup > 0 || cutmix > 0; }
};

/// Draws what each of the blends.size() pictures of a batch becomes: a blend with the picture so many places further,
/// as many for all of them, by a share of its own from Beta(alpha + 1, alpha); its label stays. In expectation that is
/// the objective of mixup (Zhang, Cisse, Dauphin and Lopez-Paz, 2018), whose share is from Beta(alpha, alpha) and whose
/// loss is the mean of both labels' by the share: each picture of a pair is the labelled one with the share's
/// probability, and share * Beta(share; alpha, alpha) is Beta(share; alpha + 1, alpha) up to a constant. A batch of one
/// is left as it is.
void draw_blends(float alpha, Random random, std::span<Blend> blends);

/// The same for CutMix (Yun, Han, Oh, Chun, Choe and Yoo, 2019): a rectangle whose sides are sqrt(1 - share) of the
/// picture's `height` and `width`, share from Beta(alpha, alpha), its middle anywhere, clipped at the edges. Its loss,
/// too, is the mean of both labels' by the areas that are left; here a picture keeps its label, and is what lies around
/// the rectangle with the probability of that area, else what lies within: the same in expectation.
void draw_cuts(float alpha, int height, int width, Random random, std::span<Blend> blends);

/// One of the two. There must be one.
void draw_mixing(const Mixing& mixing, int height, int width, Random random, std::span<Blend> blends);

/// Fills `out` with the blends of `images`, [blends.size()][...][height][width].
void blend_pictures(std::span<const float> images, std::span<const Blend> blends, int height, int width,
                    std::span<float> out);

}  // namespace tn
