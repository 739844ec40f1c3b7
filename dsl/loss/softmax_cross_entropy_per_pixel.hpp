// Softmax and cross entropy of every pixel, for one class of several a pixel: segmentation.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/loss/loss.hpp"
#include "dsl/loss/softmax_cross_entropy.hpp"

namespace tn {

/// The output is an image with a channel for each class, and every pixel has a label; one whose label is `IgnoredLabel`
/// does not count. A sample's loss is the mean over its counted pixels of SoftmaxCrossEntropy, with its smoothing and
/// class weights, and 0 where none counts; dx = (softmax(x) - q) / (counted n). A sample is right when all its counted
/// pixels are. (PyTorch's CrossEntropyLoss divides by the counted pixels of the whole batch: the same where every
/// sample has as many.) Needs an image of >= 2 channels.
template <int IgnoredLabel = -1> struct SoftmaxCrossEntropyPerPixel {
    static constexpr Target target = Target::label;
    static constexpr Operation operation{.kind = Operation::softmax};  // of predict(), over channels
    static constexpr int ignored_label = IgnoredLabel;

    static constexpr Text name() {
        Text t;
        t << "SoftmaxCrossEntropyPerPixel<";
        if (IgnoredLabel != -1) t << IgnoredLabel;
        return t << ">";
    }
    static constexpr ShapeResult check(Shape in) {
        if (in.is_vector) return input_must(Must::be_an_image);
        if (in.channels < 2) return input_must(Must::have_at_least_2_channels);
        if (IgnoredLabel >= 0 && IgnoredLabel < in.channels)
            return layer_must(Must::ignore_a_label_that_is_none_of_the_classes, in.channels, IgnoredLabel);
        return in;
    }

    template <class T> static constexpr void pixel(const LossPass<T>& p, int sample, int pixel, T& loss, T& wrong) {
        const Index stride = p.pixels, first = Index{sample} * p.outputs * stride + pixel;
        const int label = p.label[sample * stride + pixel];
        T* const dx = p.dx ? p.dx + first : nullptr;
        if (label == IgnoredLabel) {
            for (int c = 0; dx && c < p.outputs; ++c) dx[c * stride] = 0;
            return;
        }
        bool right = false;
        loss += SoftmaxCrossEntropy::of_label(p, p.x + first, stride, label, dx,
                                              static_cast<T>(p.n) * static_cast<T>(p.counted[sample]), right);
        wrong += right ? T(0) : T(1);
    }
    template <class T> static constexpr void finish(const LossPass<T>& p, int sample, T loss, T wrong) {
        const int counted = p.counted[sample];
        p.loss[sample] = counted > 0 ? loss / static_cast<T>(counted) : T(0);
        p.correct[sample] = counted > 0 && wrong == 0;
    }

    /// All pixels of samples begin .. end-1, one after another.
    template <class T> static constexpr void gradient(const LossPass<T>& p) {
        for (int sample = p.begin; sample < p.end; ++sample) {
            T loss = 0, wrong = 0;
            for (int i = 0; i < p.pixels; ++i) pixel(p, sample, i, loss, wrong);
            finish(p, sample, loss, wrong);
        }
    }

    /// The probabilities of a pixel's first `active` classes, 0 for the rest; they lie `stride` apart, and y may be x.
    template <class T> static constexpr void predict_pixel(const T* x, T* y, Index stride, int outputs, int active) {
        SoftmaxCrossEntropy::probabilities(x, y, stride, outputs, active);
    }
};

}  // namespace tn
