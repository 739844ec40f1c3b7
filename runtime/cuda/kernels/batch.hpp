// A batch from a data set that lies on the device as bytes: which pictures, how each is changed, the change itself, and
// how they are blended.
#pragma once

#include <cstdint>

#include "runtime/cuda/execution.hpp"
#include "runtime/data/augment_draw.hpp"
#include "runtime/train/mixup.hpp"

namespace tn::cuda {

/// What a step adds to: the losses of its samples, how many were right and how many there were.
struct StepSums {
    double loss = 0;
    std::uint64_t right = 0, seen = 0;
};

/// Bytes of all pictures, [pictures][shape], in the order of the epoch, and what is done to them.
struct DataSet {
    PictureShape shape;
    int pictures = 0, batch = 0;
    std::uint64_t seed = 0;
    Augmentation augmentation;
    Normalise normalise;
    Span<const std::uint8_t> pixels;
    Span<const int> labels, order;   ///< [pictures]
};

/// The pictures, labels and random parameters of the batch that belongs to the step: as tn::Loader has them.
struct PickBatch {
    int n;
    DataSet data;
    Span<const std::uint64_t> step;
    Span<int> labels, picked;
    Span<AugmentDraw> drawn;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const int i = static_cast<int>(global_index(t));
        if (i >= n) return;
        const auto pictures = static_cast<std::uint64_t>(data.pictures), size = static_cast<std::uint64_t>(data.batch);
        const std::uint64_t batches = (pictures + size - 1) / size, epoch = step[0] / batches;
        const int picture = data.order[step[0] % batches * size + static_cast<std::uint64_t>(i)];
        labels[i] = data.labels[picture];
        picked[i] = picture;
        drawn[i] = draw_augmentation(
            data.augmentation, data.shape,
            Random(data.seed, stream::augment, epoch * pictures + static_cast<std::uint64_t>(picture)));
    }
};

/// As many as a block can have: a batch often has fewer pictures than a GPU has multiprocessors.
inline constexpr int augment_threads = 1024;

/// The picked pictures, changed and normalised: a block for each.
struct AugmentBatch {
    static constexpr std::size_t shared_bytes = augment_threads / warp * sizeof(float);
    DataSet data;
    Span<const int> picked;
    Span<const AugmentDraw> drawn;
    Span<float> out;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        auto scratch = t.template shared<float>(0, augment_threads / warp);
        const AugmentDraw& d = drawn[t.block()];
        const auto size = static_cast<int>(data.shape.size()), plane = data.shape.width * data.shape.height;
        const std::size_t from = static_cast<std::size_t>(picked[t.block()]) * data.shape.size(),
                          to = static_cast<std::size_t>(t.block()) * data.shape.size();
        float sum = 0;
        for (int i = t.thread(); i < size; i += augment_threads) {
            const float v = sample(d, from + static_cast<std::size_t>(i / plane * plane), i % plane);
            out[to + static_cast<std::size_t>(i)] = v;
            sum += v;
        }
        const float mean = d.contrast ? block_sum(t, sum, scratch) / static_cast<float>(size) : 0.0f;
        for (int i = t.thread(); i < size; i += augment_threads) {
            float& v = out[to + static_cast<std::size_t>(i)];
            const int x = i % plane % data.shape.width - d.erase_x, y = i % plane / data.shape.width - d.erase_y;
            if (d.contrast) v = mean + d.gain * (v - mean);
            v += d.brighter;
            if (x >= 0 && x < d.erase_width && y >= 0 && y < d.erase_height) v = d.grey;
            if (d.noise != 0) v += d.noise * noise_at(d.noise_key, static_cast<std::uint32_t>(i));
            v = v < 0 ? 0.0f : v > 255 ? 255.0f : v;
            const auto channel = static_cast<std::size_t>(i / plane);
            v = (v / 255 - data.normalise.mean[channel]) / data.normalise.deviation[channel];
        }
    }

private:
    /// The value that the drawn map reads for place `at` of the plane that begins at byte `plane`, bilinearly.
    TN_DEVICE float sample(const AugmentDraw& d, std::size_t plane, int at) const {
        const int width = data.shape.width, height = data.shape.height, column = at % width, row = at / width;
        const float mx = static_cast<float>(width - 1) / 2, my = static_cast<float>(height - 1) / 2;
        const float u = static_cast<float>(column) - mx, v = static_cast<float>(row) - my;
        float fx = d.xx * u + d.xy * v + d.dx + mx, fy = d.yx * u + d.yy * v + d.dy + my;
        if (d.elastic) {
            const ElasticSpline down = elastic_spline((static_cast<float>(row) + 0.5f) / static_cast<float>(height));
            const ElasticSpline along = elastic_spline((static_cast<float>(column) + 0.5f) / static_cast<float>(width));
            float move_x = 0, move_y = 0;
            TN_UNROLL
            for (int j = 0; j < 4; ++j)
                TN_UNROLL
                for (int k = 0; k < 4; ++k) {
                    const auto point = static_cast<std::size_t>((down.first + j) * elastic_points + along.first + k);
                    const float weight =
                        down.weight[static_cast<std::size_t>(j)] * along.weight[static_cast<std::size_t>(k)];
                    move_x += weight * d.move_x[point];
                    move_y += weight * d.move_y[point];
                }
            fx += move_x * static_cast<float>(width);
            fy += move_y * static_cast<float>(height);
        }
        fx = within(fx, width);
        fy = within(fy, height);
        const int x = static_cast<int>(fx), y = static_cast<int>(fy);
        const float tx = fx - static_cast<float>(x), ty = fy - static_cast<float>(y);
        const int right = x + 1 < width, down = y + 1 < height ? width : 0;
        const auto value = [&](int i) {
            return static_cast<float>(data.pixels[plane + static_cast<std::size_t>(y * width + x + i)]);
        };
        const float top = value(0) + tx * (value(right) - value(0));
        const float low = value(down) + tx * (value(down + right) - value(down));
        return top + ty * (low - top);
    }
    TN_DEVICE static float within(float v, int side) {
        const auto last = static_cast<float>(side - 1);
        return v < 0 ? 0.0f : v > last ? last : v;
    }
};

/// Every picture of the batch, of `size` values, blended with another one. Reads what it does not write: a picture is
/// part of two blends.
struct BlendBatch {
    std::size_t count, size;
    Span<const Blend> blends;
    Span<const float> pictures;
    Span<float> out;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t i = global_index(t);
        if (i >= count) return;
        const Blend& blend = blends[i / size];
        out[i] = blend.of(pictures[i], pictures[static_cast<std::size_t>(blend.other) * size + i % size]);
    }
};

inline constexpr int end_threads = 256;

/// Adds what the samples gave to the sums and counts the step: the last kernel of a step, one block.
struct EndStep {
    static constexpr std::size_t shared_bytes = end_threads / warp * sizeof(float);
    int n;
    Span<const float> losses;
    Span<const unsigned char> correct;
    Span<StepSums> sums;
    Span<std::uint64_t> step;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        auto scratch = t.template shared<float>(0, end_threads / warp);
        float loss = 0, right = 0;
        for (int i = t.thread(); i < n; i += end_threads) {
            loss += losses[i];
            right += static_cast<float>(correct[i]);
        }
        loss = block_sum(t, loss, scratch);
        right = block_sum(t, right, scratch);
        if (t.thread() != 0) return;
        StepSums& s = sums[0];
        s.loss += static_cast<double>(loss);
        s.right += static_cast<std::uint64_t>(right);
        s.seen += static_cast<std::uint64_t>(n);
        ++step[0];
    }
};

}  // namespace tn::cuda
