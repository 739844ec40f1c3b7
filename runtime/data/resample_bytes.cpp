#include "runtime/data/resample_bytes.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "dsl/core/index.hpp"

namespace tn {
namespace {

constexpr int weight_bits = 22;

/// Along one side: output pixel i is the sum over k of weights[begin[i] + k] times input pixel first[i] + k, divided by
/// 2 to the 22.
struct ByteFilter {
    std::vector<int> first;
    std::vector<Index> begin{0};
    std::vector<std::int32_t> weights;

    /// Of `count` output pixels from `from` on, of `out` in all.
    ByteFilter(int in, int out, int from, int count) {
        const double scale = static_cast<double>(in) / out, radius = std::max(scale, 1.0);
        std::vector<double> exact;
        for (int i = from; i < from + count; ++i) {
            const double centre = (i + 0.5) * scale;
            const int low = std::clamp(static_cast<int>(centre - radius + 0.5), 0, in - 1);
            const int high = std::clamp(static_cast<int>(centre + radius + 0.5), low + 1, in);
            exact.clear();
            double total = 0;
            for (int j = low; j < high; ++j) {
                exact.push_back(std::max(0.0, 1 - std::abs(j + 0.5 - centre) / radius));
                total += exact.back();
            }
            for (const double w : exact)
                weights.push_back(static_cast<std::int32_t>(0.5 + w / total * (1 << weight_bits)));
            first.push_back(low);
            begin.push_back(std::ssize(weights));
        }
    }

    int count(int i) const { return static_cast<int>(begin[i + 1] - begin[i]); }
    int last() const { return first.back() + count(static_cast<int>(first.size()) - 1); }
};

std::uint8_t to_byte(std::int32_t sum) {
    return static_cast<std::uint8_t>(std::clamp((sum + (1 << (weight_bits - 1))) >> weight_bits, 0, 255));
}

}  // namespace

void resample_bytes(Plane<const std::uint8_t> in, Plane<std::uint8_t> out, SourceWindow window) {
    const ByteFilter across(in.width, window.width, window.left, out.width);
    const ByteFilter down(in.height, window.height, window.top, out.height);
    const int top = down.first.front(), rows = down.last() - top;
    std::vector<std::uint8_t> half(Index{rows} * out.width);
    for (Index y = 0; y < rows; ++y) {
        const std::uint8_t* row = in.pixels + (top + y) * in.stride;
        for (int x = 0; x < out.width; ++x) {
            const std::uint8_t* pixel = row + across.first[x];
            std::int32_t sum = 0;
            for (Index k = across.begin[x]; k < across.begin[x + 1]; ++k) sum += across.weights[k] * *pixel++;
            half[y * out.width + x] = to_byte(sum);
        }
    }
    std::vector<std::int32_t> sums(out.width);
    for (int y = 0; y < out.height; ++y) {
        std::ranges::fill(sums, 0);
        const std::uint8_t* row = half.data() + Index{down.first[y] - top} * out.width;
        for (Index k = down.begin[y]; k < down.begin[y + 1]; ++k, row += out.width)
            for (int x = 0; x < out.width; ++x) sums[x] += down.weights[k] * row[x];
        for (int x = 0; x < out.width; ++x) out.pixels[Index{y} * out.stride + x] = to_byte(sums[x]);
    }
}

}  // namespace tn
