#include "runtime/data/resample.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "dsl/core/index.hpp"

namespace tn {
namespace {

/// Along one side: output pixel i is the sum over k of weights[begin[i] + k] times input pixel first[i] + k.
struct Filter {
    std::vector<int> first;
    std::vector<Index> begin;
    std::vector<float> weights;

    Filter(int in, int out) {
        const double scale = static_cast<double>(in) / out, radius = std::max(scale, 1.0);
        begin.push_back(0);
        for (int i = 0; i < out; ++i) {
            const double centre = (i + 0.5) * scale;
            const int low = std::clamp(static_cast<int>(std::floor(centre - radius + 0.5)), 0, in - 1);
            const int high = std::clamp(static_cast<int>(std::floor(centre + radius + 0.5)), low + 1, in);
            double total = 0;
            for (int j = low; j < high; ++j) total += weight(j, centre, radius);
            for (int j = low; j < high; ++j) weights.push_back(static_cast<float>(weight(j, centre, radius) / total));
            first.push_back(low);
            begin.push_back(weights.size());
        }
    }

    static double weight(int pixel, double centre, double radius) {
        return std::max(0.0, 1 - std::abs(pixel + 0.5 - centre) / radius);
    }
};

template <class T> struct Rows {
    const T* pixels;
    int height, width;
    Index stride;
};

/// Scales the width of every row.
template <class T> std::vector<float> scale_width(Rows<T> in, int width) {
    const Filter filter(in.width, width);
    std::vector<float> out;
    out.reserve(Index{in.height} * width);
    for (int y = 0; y < in.height; ++y)
        for (int x = 0; x < width; ++x) {
            const T* pixel = in.pixels + y * in.stride + filter.first[x];
            float sum = 0;
            for (Index k = filter.begin[x]; k < filter.begin[x + 1]; ++k)
                sum += filter.weights[k] * static_cast<float>(*pixel++);
            out.push_back(sum);
        }
    return out;
}

/// Scales the height of every column, row by row.
template <class T> std::vector<float> scale_height(Rows<T> in, int height) {
    const Filter filter(in.height, height);
    std::vector<float> out(Index{height} * in.width);
    for (Index y = 0; y < height; ++y) {
        const T* row = in.pixels + filter.first[y] * in.stride;
        for (Index k = filter.begin[y]; k < filter.begin[y + 1]; ++k, row += in.stride)
            for (int x = 0; x < in.width; ++x) out[y * in.width + x] += filter.weights[k] * static_cast<float>(row[x]);
    }
    return out;
}

}  // namespace

void resample(Plane<const std::uint8_t> in, Plane<std::uint8_t> out) {
    const Rows<std::uint8_t> rows{in.pixels, in.height, in.width, in.stride};
    std::vector<float> result;
    // Heights are scaled whole rows at a time, in vectors, widths pixel by pixel: the width's pass gets the fewer rows.
    if (in.height < out.height) {
        const std::vector<float> half = scale_width(rows, out.width);
        result = scale_height(Rows<float>{half.data(), in.height, out.width, out.width}, out.height);
    } else {
        const std::vector<float> half = scale_height(rows, out.height);
        result = scale_width(Rows<float>{half.data(), out.height, in.width, in.width}, out.width);
    }
    for (Index y = 0; y < out.height; ++y)
        for (int x = 0; x < out.width; ++x)
            out.pixels[y * out.stride + x] =
                static_cast<std::uint8_t>(std::clamp(result[y * out.width + x] + 0.5f, 0.0f, 255.0f));
}

}  // namespace tn
