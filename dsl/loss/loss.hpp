// What every loss shares: where it reads and writes.
#pragma once

#include <cmath>
#include <concepts>

#include "dsl/core/errors.hpp"
#include "dsl/core/index.hpp"

namespace tn {

/// What a sample is compared with: the number of its class (of a loss of pixels the class of each pixel), or one value
/// an output.
enum class Target { label, values };

/// One evaluation of a loss over n samples with `outputs` outputs each, of which the first `active` count (a network
/// built for up to 1000 classes serves 3: the others have probability 0 and gradient 0). Where the output is an image
/// each channel has `pixels` values; the outputs are its channels with Target::label and all its values with
/// Target::values. `dx` may be null: then the loss is only measured.
template <class T> struct LossPass {
    int n = 0;  ///< samples of the whole batch: dx is divided by it
    int outputs = 0, active = 0;
    int pixels = 1;
    T smoothing = 0;                     ///< with Target::label: the part of the target that all active classes share
    const T* x = nullptr;                ///< [n][channels][pixels], what the network gave
    const int* label = nullptr;          ///< [n][pixels], with Target::label
    const int* counted = nullptr;        ///< [n], of a loss of pixels: how many of a sample's labels are not ignored
    const T* class_weight = nullptr;     ///< [channels]: times the loss and gradient of a label or output; null: 1
    const T* positive_weight = nullptr;  ///< [channels], with Target::values (SigmoidCrossEntropy); null: 1
    const T* target = nullptr;           ///< as x, with Target::values
    T* dx = nullptr;                     ///< as x, gradient of the mean loss
    T* loss = nullptr;                   ///< [n], the loss of every sample
    unsigned char* correct = nullptr;    ///< [n], 1 where the prediction is right; losses without classes leave it 0
    T* work = nullptr;                   ///< [n][2][pixel_parts(pixels)], where the output is an image
    int begin = 0, end = 0;              ///< the samples to evaluate
};

/// A loss that can be computed pixel by pixel, which is done where the output is an image:
///
///     template <class T> static constexpr void pixel(const LossPass<T>& p, int sample, int pixel, T& loss, T& wrong);
///     template <class T> static constexpr void finish(const LossPass<T>& p, int sample, T loss, T wrong);
///
/// pixel() adds to the loss, and 1 to `wrong` where the prediction is not right, and leaves the gradient; finish() has
/// their sums over the sample and leaves its loss and whether it is right.
template <class L>
concept PixelLoss = requires(const LossPass<float>& p, float sum) {
    L::pixel(p, 0, 0, sum, sum);
    L::finish(p, 0, sum, sum);
};

/// The parts in which the pixels of an image are summed: part k has the pixels k, k + parts and so on, so that
/// neighbouring threads read neighbouring values.
constexpr int pixel_parts(int pixels) { return pixels < 1024 ? pixels : 1024; }

/// What a loss needs room for, from the shape of an output.
template <class L> struct LossTraits {
    static constexpr bool labelled = L::target == Target::label;
    static constexpr bool has_ignored_label = requires { L::ignored_label; };
    static constexpr bool weighs_outputs = labelled || requires { requires L::weighs_outputs; };

    static constexpr bool by_pixels(Shape out) { return PixelLoss<L> && !out.is_vector; }
    static constexpr std::size_t labels(Shape out) { return labelled ? Index{out.plane()} : 1; }
    static constexpr std::size_t targets(Shape out) { return labelled ? 0 : Index{out.size()}; }
    static constexpr std::size_t work(Shape out) {
        return by_pixels(out) ? 2 * pixel_parts(static_cast<int>(out.plane())) : 0;
    }
};

/// Samples begin .. end-1 of a loss, and of its predictions: function objects for Device::for_ranges.
template <class L, class T> struct LossPart {
    LossPass<T> pass;
    constexpr void operator()(int begin, int end) const {
        LossPass<T> part = pass;
        part.begin = begin;
        part.end = end;
        L::gradient(part);
    }
};
template <class L, class T> struct PredictPart {
    T* y;
    int outputs, active;
    constexpr void operator()(int begin, int end) const {
        T* first = y + Index{begin} * outputs;
        L::predict(first, first, end - begin, outputs, active);
    }
};

/// Pixels begin .. end-1 of the predictions of a batch.
template <class L, class T> struct PredictPixels {
    T* y;
    int outputs, active, pixels;
    constexpr void operator()(int begin, int end) const {
        for (int i = begin; i < end; ++i) {
            T* at = y + Index{i / pixels} * outputs * pixels + i % pixels;
            L::predict_pixel(at, at, pixels, outputs, active);
        }
    }
};

/// Parts begin .. end-1 of n pixel_parts(pixels) of a PixelLoss, and then samples begin .. end-1.
template <class L, class T> struct PixelParts {
    LossPass<T> pass;
    constexpr void operator()(int begin, int end) const {
        const int parts = pixel_parts(pass.pixels);
        for (int at = begin; at < end;) {
            const int sample = at / parts, first = at % parts;
            const int last = end - at < parts - first ? first + end - at : parts;
            T* const loss = pass.work + Index{sample} * 2 * parts;
            T* const wrong = loss + parts;
            for (int k = first; k < last; ++k) loss[k] = wrong[k] = 0;
            for (int pixel = 0; pixel < pass.pixels; pixel += parts)
                for (int k = first; k < last && pixel + k < pass.pixels; ++k)
                    L::pixel(pass, sample, pixel + k, loss[k], wrong[k]);
            at += last - first;
        }
    }
};
template <class L, class T> struct PixelSums {
    LossPass<T> pass;
    constexpr void operator()(int begin, int end) const {
        const int parts = pixel_parts(pass.pixels);
        for (int sample = begin; sample < end; ++sample) {
            const T* of = pass.work + Index{sample} * 2 * parts;
            double loss = 0, wrong = 0;
            for (int k = 0; k < parts; ++k) loss += of[k], wrong += of[parts + k];
            L::finish(pass, sample, static_cast<T>(loss), static_cast<T>(wrong));
        }
    }
};

/// Predictions are made of a sample's outputs by predict(x, y, n, outputs, active), or pixel by pixel.
template <class L>
concept Loss =
    requires(const LossPass<float>& p) {
        { L::name() } -> std::convertible_to<Text>;
        { L::check(Shape{}) } -> std::convertible_to<ShapeResult>;
        { Target{L::target} };
        L::gradient(p);
    } &&
    (
        requires(const float* x, float* y) { L::predict(x, y, 1, 1, 1); } ||
        requires(const float* x, float* y) { L::predict_pixel(x, y, Index{1}, 1, 1); });

}  // namespace tn
