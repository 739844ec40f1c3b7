// What a model says about every picture of a set.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "dsl/core/index.hpp"
#include "runtime/data/augment.hpp"
#include "runtime/data/dataset.hpp"

namespace tn {

/// Calls visit(i, p) for `count` pictures from all over the set, in its order, with p the probabilities of the classes
/// that count. With `mirror` they are the mean of the picture's and of its mirror image's. The pictures must fit the
/// model.
template <class M, class Visit>
void visit_probabilities(M& model, const Pictures& pictures, const Normalise& normal, int batch, int count, bool mirror,
                         Visit visit) {
    const std::size_t size = pictures.shape.size(), active = model.active_outputs();
    const int width = pictures.shape.width;
    std::vector<float> mean(batch * active);
    // A folder's pictures are sorted by class: the first ones would be of few.
    const auto chosen = [&](int k) { return part_begin(pictures.size(), k, count); };
    for (int first = 0; first < count; first += batch) {
        const int n = std::min(batch, count - first);
        for (const bool mirrored : {false, true}) {
            if (mirrored && !mirror) continue;
            for (int i = 0; i < n; ++i) {
                const auto in = model.input().subspan(i * size, size);
                normalise(pictures.picture(chosen(first + i)), pictures.shape, normal, in);
                if (mirrored)
                    for (std::size_t row = 0; row < size; row += width)
                        std::reverse(in.begin() + row, in.begin() + row + width);
            }
            const auto p = model.predict(n);
            const std::size_t outputs = p.size() / n;
            for (int i = 0; i < n; ++i)
                for (std::size_t j = 0; j < active; ++j) {
                    const auto value = static_cast<float>(p[i * outputs + j]);
                    mean[i * active + j] = mirrored ? (mean[i * active + j] + value) / 2 : value;
                }
        }
        for (int i = 0; i < n; ++i) visit(chosen(first + i), std::span<const float>(mean).subspan(i * active, active));
    }
}

/// The same as one table, [pictures][classes that count].
template <class M>
std::vector<float> probabilities(M& model, const Pictures& pictures, const Normalise& normal, int batch,
                                 bool mirror = false) {
    std::vector<float> all;
    visit_probabilities(model, pictures, normal, batch, pictures.size(), mirror,
                        [&](int, std::span<const float> p) { all.insert(all.end(), p.begin(), p.end()); });
    return all;
}

}  // namespace tn
