// The picked pictures of a batch, changed and normalised: first read at the places that were drawn, then their values
// changed, for which the mean of a whole picture must be known.
#pragma once

#include <algorithm>

#include "dsl/core/index.hpp"
#include "dsl/core/shape.hpp"
#include "runtime/train/graph/batch.hpp"

namespace tn::cuda {

/// A picture is cut into parts of whole rows, a block for each: a batch has fewer pictures than a GPU multiprocessors.
template <Shape In> struct PictureParts {
    static constexpr int threads = 256, most = 32;
    static constexpr int rows = std::max(std::clamp(1024 / In.width, 1, 8), (In.height + most - 1) / most);
    static constexpr int count = (In.height + rows - 1) / rows;

    TN_DEVICE static int picture(int block) { return block / count; }
    TN_DEVICE static int first_row(int block) { return block % count * rows; }

    /// Calls f(row, column) for this thread's share of the pixels of the block's part.
    template <class Thread, class F> TN_DEVICE static void each_pixel(const Thread& t, F f) {
        for (int k = t.thread(); k < rows * In.width; k += threads) {
            const int row = first_row(t.block()) + k / In.width;
            if (row < In.height) f(row, k % In.width);
        }
    }
    /// Calls f(place in the picture, channel, row, column) for this thread's share of the block's part.
    template <class Thread, class F> TN_DEVICE static void each(const Thread& t, F f) {
        for (int k = t.thread(); k < In.channels * rows * In.width; k += threads) {
            const int channel = k / (rows * In.width), row = first_row(t.block()) + k / In.width % rows,
                      column = k % In.width;
            if (row < In.height) f((channel * In.height + row) * In.width + column, channel, row, column);
        }
    }
};

/// The pictures read bilinearly at the places that were drawn, their colours changed, in 0 .. 255, and each part's sum.
/// Blocks: n x parts.
template <Shape In> class SamplePictures {
    using Parts = PictureParts<In>;
    static constexpr int moves = 2 * ElasticDraw::per_axis, points_of_row = 2 * elastic_points;
    static constexpr std::size_t rows_at = moves * sizeof(float);
    static constexpr std::size_t scratch_at = rows_at + Parts::rows * points_of_row * sizeof(float);

public:
    static constexpr std::size_t shared_bytes = scratch_at + Parts::threads / warp * sizeof(float);
    DataSet data;
    Span<const int> picked;
    Span<const AugmentDraw> drawn;
    Span<const std::uint8_t> changed;  ///< the batch's pictures whose values TrivialAugment changes, [batch][input]
    Span<float> out, sums;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const int picture = Parts::picture(t.block());
        const AugmentDraw d = drawn[picture];  // a copy, which what is written cannot change
        const auto points = t.template shared<float>(rows_at, Parts::rows * points_of_row);
        if (d.elastic) move_rows(t, d.points, points);
        const bool is_changed = d.trivial.changes_values();
        const auto pixels = is_changed ? changed : data.pixels;
        const Index to = picture * In.size(), from = is_changed ? to : picked[picture] * In.size();
        float sum = 0;
        Parts::each_pixel(t, [&](int row, int column) {
            constexpr float mx = static_cast<float>(In.width - 1) / 2, my = static_cast<float>(In.height - 1) / 2;
            const float u = static_cast<float>(column) - mx, v = static_cast<float>(row) - my;
            float x = d.xx * u + d.xy * v + d.dx + mx, y = d.yx * u + d.yy * v + d.dy + my;
            if (d.elastic) {
                const ElasticSpline along = spline<In.width>(column);
                const int first = (row - Parts::first_row(t.block())) * points_of_row + along.first;
                TN_UNROLL
                for (int k = 0; k < 4; ++k) {
                    x += along.weight[k] * points[first + k];
                    y += along.weight[k] * points[first + elastic_points + k];
                }
            }
            float values[In.channels];
            for (int c = 0; c < In.channels; ++c) values[c] = sample(pixels, from + c * In.plane(), x, y);
            if constexpr (In.channels == 3)
                if (d.colours.any()) recolour(d.colours, values[0], values[1], values[2]);
            for (int c = 0; c < In.channels; ++c) {
                out[to + c * In.plane() + row * In.width + column] = values[c];
                sum += values[c];
            }
        });
        if (!d.contrast) return;
        sum = block_sum(t, sum, t.template shared<float>(scratch_at, Parts::threads / warp));
        if (t.thread() == 0) sums[t.block()] = sum;
    }

private:
    template <int Side> TN_DEVICE static ElasticSpline spline(int at) {
        return elastic_spline((static_cast<float>(at) + 0.5f) / static_cast<float>(Side));
    }

    /// The control points of every row of this part, in pixels, [rows][x, y][elastic_points].
    template <class Thread, class Shared>
    TN_DEVICE static void move_rows(Thread& t, const ElasticDraw& draw, const Shared& points) {
        const auto move = t.template shared<float>(0, moves);
        for (int i = t.thread(); i < moves; i += Parts::threads) move[i] = draw.move(i);
        t.barrier();
        for (int i = t.thread(); i < Parts::rows * points_of_row; i += Parts::threads) {
            const int axis = i / elastic_points % 2, column = i % elastic_points;
            const ElasticSpline down = spline<In.height>(Parts::first_row(t.block()) + i / points_of_row);
            float sum = 0;
            for (int k = 0; k < 4; ++k)
                sum += down.weight[k] * move[axis * ElasticDraw::per_axis + (down.first + k) * elastic_points + column];
            points[i] = sum * static_cast<float>(axis == 0 ? In.width : In.height);
        }
        t.barrier();
    }

    /// The value at (x, y) of the plane that begins at byte `plane`; beyond the border that of the border.
    TN_DEVICE static float sample(const Span<const std::uint8_t>& pixels, Index plane, float fx, float fy) {
        fx = within(fx, In.width);
        fy = within(fy, In.height);
        const int x = static_cast<int>(fx), y = static_cast<int>(fy);
        const float tx = fx - static_cast<float>(x), ty = fy - static_cast<float>(y);
        const int right = x + 1 < In.width, down = y + 1 < In.height ? In.width : 0;
        const auto value = [&](int i) { return static_cast<float>(pixels[plane + y * In.width + x + i]); };
        const float top = value(0) + tx * (value(right) - value(0));
        const float low = value(down) + tx * (value(down + right) - value(down));
        return top + ty * (low - top);
    }
    TN_DEVICE static float within(float v, int side) {
        const auto last = static_cast<float>(side - 1);
        return v < 0 ? 0.0f : v > last ? last : v;
    }
};

/// Contrast, brightness, erasing and noise on values of 0 .. 255, and their normalising. Blocks: n x parts.
template <Shape In> struct ChangeValues {
    using Parts = PictureParts<In>;
    Normalise::Scaling scaling[In.channels];
    Span<const AugmentDraw> drawn;
    Span<const float> sums;
    Span<float> out;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const int picture = Parts::picture(t.block());
        const AugmentDraw d = drawn[picture];  // a copy, which what is written cannot change
        float mean = 0;
        if (d.contrast) {
            for (int part = 0; part < Parts::count; ++part) mean += sums[picture * Parts::count + part];
            mean /= static_cast<float>(In.size());
        }
        Parts::each(t, [&](int i, int channel, int row, int column) {
            float& place = out[picture * In.size() + i];
            float v = place;
            const int x = column - d.erase_x, y = row - d.erase_y;
            if (d.contrast) v = mean + d.gain * (v - mean);
            v += d.brighter;
            if (x >= 0 && x < d.erase_width && y >= 0 && y < d.erase_height) v = d.grey;
            if (d.noise != 0) v += d.noise * noise_at(d.noise_key, i);
            v = v < 0 ? 0.0f : v > 255 ? 255.0f : v;
            place = v * scaling[channel].scale + scaling[channel].shift;
        });
    }
};

}  // namespace tn::cuda
