// What comes into a model's last layer, of every picture of a set.
#pragma once

#include <algorithm>
#include <functional>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"
#include "runtime/data/augment.hpp"
#include "runtime/data/dataset.hpp"
#include "runtime/model/network_of.hpp"
#include "runtime/train/linear_head.hpp"

namespace tn {

/// Runs the model once over every picture, or its mirror image, with the running statistics. `after` is told how many
/// pictures are done; where it returns true the rest is left out. Throws Error when the pictures do not fit the model.
template <class M>
Features features_of(M& model, const Pictures& pictures, const Normalise& normal, bool mirrored = false,
                     const std::function<bool(int)>& after = {}) {
    const Shape in = input_of(model);
    if (PictureShape{in.channels, in.height, in.width} != pictures.shape)
        throw Error("the pictures must have the shape that the network takes");
    const Index size = pictures.shape.size(), width = pictures.shape.width, count = model.feature_count();
    Features all{{}, model.feature_count(), {}, static_cast<int>(pictures.classes.size())};
    all.values.resize(pictures.size() * count);
    for (int first = 0; first < pictures.size(); first += model.batch()) {
        const int n = std::min(model.batch(), pictures.size() - first);
        for (int i = 0; i < n; ++i) {
            const auto to = model.input().subspan(i * size, size);
            normalise(pictures.picture(first + i), pictures.shape, normal, to);
            for (Index row = 0; mirrored && row < size; row += width)
                std::reverse(to.begin() + row, to.begin() + row + width);
        }
        model.features(n, std::span(all.values).subspan(first * count, n * count));
        all.labels.insert(all.labels.end(), pictures.labels.begin() + first, pictures.labels.begin() + first + n);
        if (after && after(first + n)) break;
    }
    all.values.resize(all.labels.size() * count);
    return all;
}

}  // namespace tn
