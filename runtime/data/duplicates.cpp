#include "runtime/data/duplicates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "runtime/core/error.hpp"
#include "runtime/data/image.hpp"

namespace tn {

namespace {

constexpr int side = Thumbnails::side, coarse_side = Thumbnails::coarse_side, block = side / coarse_side;
/// A deviation of one grey level a pixel: less is a picture of one colour.
constexpr double least_length = side;

float product(std::span<const float> a, std::span<const float> b) {
    float sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

/// The grey thumbnail of mean 0 and length 1.
void make_fine(const Pictures& pictures, int i, std::span<float> out) {
    const auto bytes = pictures.picture(i);
    const PictureShape shape = pictures.shape;
    const Picture small = resize({shape, {bytes.begin(), bytes.end()}}, {shape.channels, side, side});
    const std::size_t plane = out.size();
    double sum = 0, squares = 0;
    for (std::size_t k = 0; k < plane; ++k) {
        float value = 0;
        for (int c = 0; c < shape.channels; ++c) value += static_cast<float>(small.pixels[c * plane + k]);
        out[k] = value / static_cast<float>(shape.channels);
        sum += double{out[k]};
    }
    const double mean = sum / static_cast<double>(plane);
    for (float& v : out) {
        v = static_cast<float>(double{v} - mean);
        squares += double{v} * double{v};
    }
    const double length = std::sqrt(squares);
    for (float& v : out) v = length < least_length ? 0 : static_cast<float>(double{v} / length);
}

/// Sums of 4 x 4 values by 4: the projection onto pictures that are constant in each block, in an orthonormal basis.
void make_coarse(std::span<const float> fine, std::span<float> out) {
    std::fill(out.begin(), out.end(), 0.0f);
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x) out[y / block * coarse_side + x / block] += fine[y * side + x] / block;
}

void mirror(std::span<const float> in, int width, std::span<float> out) {
    const std::size_t w = width;
    for (std::size_t k = 0; k < in.size(); ++k) out[k] = in[k / w * w + (w - 1 - k % w)];
}

/// What the product of two whole vectors of length 1 cannot exceed, given their coarse parts: |a - b|^2 = 2 - 2 ab, and
/// the parts' distance is not larger than the wholes'.
float upper_bound(std::span<const float> a, std::span<const float> b) {
    float distance = 0;
    for (std::size_t i = 0; i < a.size(); ++i) distance += (a[i] - b[i]) * (a[i] - b[i]);
    return 1 - distance / 2;
}

constexpr float rounding = 1e-4f;  // of float sums; the exact comparison follows

/// Compares each of `first` with those of `second` from begin(i) on.
template <class Begin>
std::vector<Likeness> compare(const Thumbnails& first, const Thumbnails& second, ThreadPool& pool, float least,
                              Begin begin) {
    if (!(least > 0 && least <= 1))
        throw Error(fmt::format("the least similarity must be above 0 and at most 1, not {}", least));
    std::vector<std::vector<Likeness>> found(first.size());
    pool.run(first.size(), [&](int i) {
        const auto a = first.fine(i), a_coarse = first.coarse(i);
        for (int k = begin(i); k < second.size(); ++k) {
            Likeness pair{i, k, 0, false};
            if (upper_bound(a_coarse, second.coarse(k)) >= least - rounding)
                pair.similarity = product(a, second.fine(k));
            if (upper_bound(a_coarse, second.mirrored_coarse(k)) >= least - rounding)
                if (const float s = product(a, second.mirrored_fine(k)); s > pair.similarity) {
                    pair.similarity = s;
                    pair.mirrored = true;
                }
            pair.similarity = std::min(pair.similarity, 1.0f);
            if (pair.similarity >= least - 1e-6f) found[i].push_back(pair);
        }
    });
    std::vector<Likeness> all;
    for (const auto& some : found) all.insert(all.end(), some.begin(), some.end());
    std::stable_sort(all.begin(), all.end(),
                     [](const Likeness& a, const Likeness& b) { return a.similarity > b.similarity; });
    return all;
}

}  // namespace

Thumbnails::Thumbnails(const Pictures& pictures, ThreadPool& pool) : size_(pictures.size()) {
    const std::size_t count = size_;
    if (pictures.pixels.size() != count * pictures.shape.size())
        throw Error(fmt::format("{} pictures must have {} bytes, not {}", count, count * pictures.shape.size(),
                                pictures.pixels.size()));
    for (auto* all : {&fine_, &mirrored_fine_}) all->resize(count * side * side);
    for (auto* all : {&coarse_, &mirrored_coarse_}) all->resize(count * coarse_side * coarse_side);
    pool.run(size_, [&](int i) {
        const auto of = [&](std::vector<float>& all, int values) {
            return std::span(all).subspan(Index{i} * values, values);
        };
        make_fine(pictures, i, of(fine_, side * side));
        make_coarse(fine(i), of(coarse_, coarse_side * coarse_side));
        mirror(fine(i), side, of(mirrored_fine_, side * side));
        mirror(coarse(i), coarse_side, of(mirrored_coarse_, coarse_side * coarse_side));
    });
}

std::vector<Likeness> find_duplicates(const Thumbnails& set, ThreadPool& pool, float least) {
    return compare(set, set, pool, least, [](int i) { return i + 1; });
}

std::vector<Likeness> find_duplicates(const Thumbnails& first, const Thumbnails& second, ThreadPool& pool,
                                      float least) {
    return compare(first, second, pool, least, [](int) { return 0; });
}

}  // namespace tn
