// Pictures that show the same photograph: copies, also of another size, compression, brightness or mirrored.
#pragma once

#include <span>
#include <vector>

#include "dsl/core/index.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/data/dataset.hpp"

namespace tn {

/// Two pictures that are alike; `first` comes before `second`, or is of the first set when two sets are compared.
struct Likeness {
    int first = 0, second = 0;
    float similarity = 0;  ///< the correlation of the two thumbnails, 1 for copies
    bool mirrored = false;
    bool operator==(const Likeness&) const = default;
};

/// What the pictures are compared by: thumbnails of 32 x 32 grey values, each brought to mean 0 and length 1, so that
/// their product is the correlation and neither brightness nor contrast matters. A picture of one colour is all zeros
/// and like none.
class Thumbnails {
public:
    static constexpr int side = 32, coarse_side = 8;
    /// Throws Error when the pictures' bytes are not as many as their shape says.
    Thumbnails(const Pictures& pictures, ThreadPool& pool);

    int size() const { return size_; }
    std::span<const float> fine(int i) const { return part(fine_, i, side * side); }
    std::span<const float> coarse(int i) const { return part(coarse_, i, coarse_side * coarse_side); }
    /// The same of the picture mirrored left to right.
    std::span<const float> mirrored_fine(int i) const { return part(mirrored_fine_, i, side * side); }
    std::span<const float> mirrored_coarse(int i) const { return part(mirrored_coarse_, i, coarse_side * coarse_side); }

private:
    static std::span<const float> part(const std::vector<float>& all, int i, int count) {
        return std::span(all).subspan(Index{i} * count, count);
    }
    int size_;
    std::vector<float> fine_, coarse_, mirrored_fine_, mirrored_coarse_;
};

/// Above it two thumbnails are of one photograph: 1 % of noise or a strong JPEG compression stays above, two
/// photographs of one person in one pose stay below.
inline constexpr float alike = 0.995f;

/// Every pair within a set, or of one picture of each set, whose similarity is at least `least`, most alike first.
/// Pairs are first compared by the means of 4 x 4 values: that is an orthogonal projection, whose distance is never
/// larger than the whole one, so that no pair is missed. Throws Error unless `least` is above 0 and at most 1.
std::vector<Likeness> find_duplicates(const Thumbnails& set, ThreadPool& pool, float least = alike);
std::vector<Likeness> find_duplicates(const Thumbnails& first, const Thumbnails& second, ThreadPool& pool,
                                      float least = alike);

}  // namespace tn
