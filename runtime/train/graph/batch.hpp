// A batch from a data set that lies on the device as bytes: which pictures, how each is changed, how they are blended,
// and the end of the step. The change itself is in runtime/train/graph/augment.hpp.
#pragma once

#include <cstdint>

#include "runtime/cuda/execution.hpp"
#include "runtime/data/augment_draw.hpp"
#include "runtime/train/mixup.hpp"

namespace tn::cuda {

/// What a step adds to: the losses of its samples, how many were right and how many there were; and the largest norm of
/// the gradients, which stays what it is once it is no number.
struct StepSums {
    double loss = 0;
    std::uint64_t right = 0, seen = 0;
    double norm = 0;
};

/// Bytes of all pictures, [pictures][shape], in the order of the epoch, and what is done to them.
struct DataSet {
    PictureShape shape;
    int pictures = 0, batch = 0;
    std::uint64_t seed = 0;
    Augmentation augmentation;
    Span<const std::uint8_t> pixels;
    Span<const int> labels, order;  ///< [pictures]
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
        const std::uint64_t pictures = data.pictures, size = data.batch;
        const std::uint64_t batches = (pictures + size - 1) / size, epoch = step[0] / batches;
        const int picture = data.order[step[0] % batches * size + i];
        labels[i] = data.labels[picture];
        picked[i] = picture;
        drawn[i] = draw_augmentation(data.augmentation, data.shape,
                                     Random(data.seed, stream::augment, epoch * pictures + picture));
    }
};

/// Every picture of the batch blended with another one. Reads what it does not write: a picture is
/// part of two blends.
struct BlendBatch {
    std::size_t count;
    PictureShape shape;
    Span<const Blend> blends;
    Span<const float> pictures;
    Span<float> out;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t i = global_index(t);
        if (i >= count) return;
        const std::size_t size = shape.size(), place = i % size, width = shape.width;
        const Blend& blend = blends[i / size];
        out[i] = blend.of(pictures[i], pictures[blend.other * size + place],
                          static_cast<int>(place / width % shape.height), static_cast<int>(place % width));
    }
};

inline constexpr int end_threads = 256;

/// Adds what the samples gave to the sums and counts the step: the last kernel of a step, one block.
struct EndStep {
    static constexpr std::size_t shared_bytes = end_threads / warp * sizeof(float);
    int n;
    Span<const float> losses;
    Span<const unsigned char> correct;
    Span<const double> norm;
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
        s.seen += n;
        if (s.norm == s.norm && !(norm[0] <= s.norm)) s.norm = norm[0];
        ++step[0];
    }
};

}  // namespace tn::cuda
