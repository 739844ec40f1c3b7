// Batch normalisation folded into the convolutions in front of it, and taken out of them again.
#pragma once

#include <cmath>
#include <span>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"
#include "runtime/model/tensors.hpp"

namespace tn {

namespace detail {

/// Calls conv(weight, norm's weight, its bias, running mean, running variance; weight, bias) for every convolution
/// with normalisation behind it, and other(tensor, tensor) for every other pair. `with` are the tensors of a network in
/// the order of its layers, `without` those of WithoutNorm of it.
template <class T, class Conv, class Other>
void for_folded(std::span<const Tensor<T>> with, std::span<const Tensor<T>> without, Conv conv, Other other) {
    std::size_t at = 0;
    for (std::size_t to = 0; to < without.size();) {
        const bool normed = at + 4 < with.size() && with[at + 3].parameter.name == std::string_view("running_mean");
        if (normed && to + 1 < without.size()) {
            conv(&with[at], &without[to]);
            at += 5;
            to += 2;
        } else if (at < with.size()) {
            other(with[at++], without[to++]);
        } else {
            break;
        }
    }
    if (at != with.size()) throw Error("the networks differ by more than normalisation behind convolutions");
}

}  // namespace detail

/// Gives `without`, a model of WithoutNorm of `with`'s network, the weights with which it answers as `with` does:
/// gamma / sqrt(variance + epsilon) times each filter, and a bias of beta minus the mean times that (Jacob and others,
/// "Quantization and training of neural networks for efficient integer-arithmetic-only inference", 2018, section 3.2).
/// Trained on, it is a network whose normalisation is frozen. Throws Error where the networks do not belong together.
template <class With, class Without> void fold_norm(const With& with, Without& without, float epsilon) {
    detail::for_folded<float>(
        with.tensors(), without.tensors(),
        [&](const Tensor<float>* from, const Tensor<float>* to) {
            const Index filters = std::ssize(from[1].values), size = std::ssize(from[0].values) / filters;
            for (Index f = 0; f < filters; ++f) {
                const float scale = from[1].values[f] / std::sqrt(from[4].values[f] + epsilon);
                for (Index i = f * size; i < (f + 1) * size; ++i) to[0].values[i] = scale * from[0].values[i];
                to[1].values[f] = from[2].values[f] - scale * from[3].values[f];
            }
        },
        [](const Tensor<float>& from, const Tensor<float>& to) {
            std::copy(from.values.begin(), from.values.end(), to.values.begin());
        });
}

/// Gives `with` weights with which it answers as `without` does: the normalisation then only adds the bias. Its running
/// variance stays.
template <class With, class Without> void unfold_norm(With& with, const Without& without, float epsilon) {
    detail::for_folded<float>(
        with.tensors(), without.tensors(),
        [&](const Tensor<float>* to, const Tensor<float>* from) {
            std::copy(from[0].values.begin(), from[0].values.end(), to[0].values.begin());
            std::copy(from[1].values.begin(), from[1].values.end(), to[2].values.begin());
            for (std::size_t f = 0; f < to[1].values.size(); ++f) {
                to[1].values[f] = std::sqrt(to[4].values[f] + epsilon);
                to[3].values[f] = 0;
            }
        },
        [](const Tensor<float>& to, const Tensor<float>& from) {
            std::copy(from.values.begin(), from.values.end(), to.values.begin());
        });
}

}  // namespace tn
