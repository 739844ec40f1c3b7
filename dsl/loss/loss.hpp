// What every loss shares: where it reads and writes.
#pragma once

#include <cmath>
#include <concepts>

#include "dsl/core/errors.hpp"
#include "dsl/core/index.hpp"

namespace tn {

/// What a sample is compared with: the number of its class, or one value an output.
enum class Target { label, values };

/// One evaluation of a loss over n samples with `outputs` outputs each, of which the first `active` count (a network
/// built for up to 1000 classes serves 3: the others have probability 0 and gradient 0).
/// `dx` may be null: then the loss is only measured.
template <class T> struct LossPass {
    int n = 0;  ///< samples of the whole batch: dx is divided by it
    int outputs = 0, active = 0;
    T smoothing = 0;                   ///< with Target::label: the part of the target that all active classes share
    const T* x = nullptr;              ///< [n][outputs], what the network gave
    const int* label = nullptr;        ///< [n], with Target::label
    const T* class_weight = nullptr;   ///< [active], with Target::label: times a sample's loss and gradient; null: 1
    const T* target = nullptr;         ///< [n][outputs], with Target::values
    T* dx = nullptr;                   ///< [n][outputs], gradient of the mean loss
    T* loss = nullptr;                 ///< [n], the loss of every sample
    unsigned char* correct = nullptr;  ///< [n], 1 where the prediction is right; losses without classes leave it 0
    int begin = 0, end = 0;            ///< the samples to evaluate
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

template <class L>
concept Loss = requires(const LossPass<float>& p, const float* x, float* y) {
    { L::name() } -> std::convertible_to<Text>;
    { L::check(Shape{}) } -> std::convertible_to<ShapeResult>;
    { Target{L::target} };
    L::gradient(p);
    L::predict(x, y, 1, 1, 1);
};

}  // namespace tn
