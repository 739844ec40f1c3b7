// Measures a model on samples that are known.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "runtime/data/augment.hpp"
#include "runtime/data/dataset.hpp"
#include "runtime/model/batch_result.hpp"
#include "runtime/model/network_of.hpp"
#include "runtime/train/confusion.hpp"
#include "runtime/train/epoch_result.hpp"
#include "runtime/train/prediction.hpp"
#include "runtime/train/probabilities.hpp"
#include "runtime/train/sample_sizes.hpp"

namespace tn {

namespace detail {

/// What a model can take.
struct Takes {
    PictureShape shape;
    int batch, classes;
};
/// Throws Error unless it takes these pictures, `batch` at a time.
void check_pictures(const Takes& model, const Pictures& pictures, int batch);

}  // namespace detail

/// Throws Error unless the model can take these pictures, `batch` at a time.
template <class M> void check_pictures(const M& model, const Pictures& pictures, int batch) {
    const Shape in = input_of(model);
    const detail::Takes takes{{in.channels, in.height, in.width}, model.batch(), model.active_outputs()};
    detail::check_pictures(takes, pictures, batch);
}

/// Evaluates the model on pictures as they are: loss, accuracy, and if wanted every prediction and the confusion. A
/// `limit` over 0 takes at most so many of them, from all over the set. With `mirror` the probabilities are the mean of
/// each picture's and its mirror image's. Throws Error when the model cannot take the pictures.
template <class M>
EpochResult evaluate(M& model, const Pictures& pictures, const Normalise& normal, int batch, int limit = 0,
                     Confusion* confusion = nullptr, std::vector<Prediction>* predictions = nullptr,
                     bool mirror = false) {
    check_pictures(model, pictures, batch);
    const int count = limit > 0 ? std::min(limit, pictures.size()) : pictures.size();
    double loss = 0;
    int right = 0;
    visit_probabilities(model, pictures, normal, batch, count, mirror, [&](int i, std::span<const float> p) {
        const int best = static_cast<int>(std::max_element(p.begin(), p.end()) - p.begin());
        const int truth = pictures.labels[i];
        loss -= std::log(std::max(p[truth], 1e-30f));
        right += best == truth;
        if (confusion) confusion->add(truth, best);
        if (predictions) predictions->push_back({i, best, p[best]});
    });
    EpochResult r;
    r.test_loss = loss / count;
    r.test_accuracy = static_cast<double>(right) / count;
    return r;
}

/// Evaluates the model on samples of any kind: the mean of its loss, and where that says which answers are right (a
/// sample's labels all are) their share. A `limit` over 0 takes at most so many, from all over the set. The samples
/// must fit the model (check_samples).
template <class M> EpochResult evaluate(M& model, const AnyDataset& data, int batch, int limit = 0) {
    const SampleSizes sizes = sample_sizes(model);
    const int count = limit > 0 ? std::min(limit, data.size()) : data.size();
    BatchResult sum;
    for (int first = 0; first < count; first += batch) {
        const int n = std::min(batch, count - first);
        for (int i = 0; i < n; ++i) take_sample(model, sizes, data, part_begin(data.size(), first + i, count), i);
        const BatchResult found = model.evaluate(n);
        sum.loss += found.loss;
        sum.correct += found.correct;
    }
    EpochResult r;
    r.test_loss = sum.loss / count;
    if (tells_right<M>()) r.test_accuracy = static_cast<double>(sum.correct) / count;
    return r;
}

}  // namespace tn
