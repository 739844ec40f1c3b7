// Mixup: training on blends of two pictures.
#pragma once

#include <cstddef>
#include <span>

#include "runtime/core/random.hpp"

namespace tn {

/// What a picture of a batch becomes by mixup: share * itself + (1 - share) * picture `other` of the batch.
struct Blend {
    float share = 1;
    int other = 0;

    constexpr float of(float own, float others) const { return share * own + (1 - share) * others; }
};

/// Draws what each of the blends.size() pictures of a batch becomes: a blend with the picture so many places further,
/// as many for all of them, by a share of its own from Beta(alpha + 1, alpha); its label stays. In expectation that is
/// the objective of mixup (Zhang, Cisse, Dauphin and Lopez-Paz, 2018), whose share is from Beta(alpha, alpha) and whose
/// loss is the mean of both labels' by the share: each picture of a pair is the labelled one with the share's
/// probability, and share * Beta(share; alpha, alpha) is Beta(share; alpha + 1, alpha) up to a constant. A batch of one
/// is left as it is.
void draw_blends(float alpha, Random random, std::span<Blend> blends);

/// Fills `out` with the blends of `images`, [blends.size()][...].
inline void blend_pictures(std::span<const float> images, std::span<const Blend> blends, std::span<float> out) {
    const std::size_t size = images.size() / blends.size();
    for (std::size_t i = 0; i < blends.size(); ++i) {
        const std::size_t other = blends[i].other;
        for (std::size_t k = 0; k < size; ++k)
            out[i * size + k] = blends[i].of(images[i * size + k], images[other * size + k]);
    }
}

}  // namespace tn
