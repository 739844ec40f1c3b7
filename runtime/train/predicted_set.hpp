// What a model says to all samples of a data set, beside what it should say.
#pragma once

#include <algorithm>
#include <vector>

#include "runtime/data/any_dataset.hpp"
#include "runtime/train/sample_sizes.hpp"

namespace tn {

/// Predictions of whole samples; with a loss per pixel an answer is a pixel's, else a sample's.
struct PredictedSet {
    int samples = 0, outputs = 0;  ///< outputs: the classes that count, or the values of a sample (of a pixel)
    int pixels = 1;                ///< answers a sample
    int ignored = -1;              ///< a label that does not count
    std::vector<float> values;     ///< [samples][outputs][pixels]: probabilities, or values
    std::vector<int> labels;       ///< [samples][pixels]; empty where there are targets
    std::vector<float> targets;    ///< as values; empty where there are labels
};

/// Predicts every sample as a test sees it. Throws Error when the model cannot take the samples. It takes the memory of
/// all predictions.
template <class M> PredictedSet predict_set(M& model, const AnyDataset& data) {
    check_samples(model, data, model.batch(), "the samples to predict");
    const SampleSizes sizes = sample_sizes(model);
    constexpr Shape out = M::network::output;
    PredictedSet set;
    set.samples = data.size();
    set.pixels = static_cast<int>(out.plane());
    set.outputs = sizes.labels > 0 ? model.active_outputs() : out.channels;
    if constexpr (requires { M::network::loss::ignored_label; }) set.ignored = M::network::loss::ignored_label;
    const std::size_t kept = std::size_t{1} * set.outputs * set.pixels;
    for (int first = 0; first < data.size(); first += model.batch()) {
        const int n = std::min<int>(model.batch(), data.size() - first);
        for (int i = 0; i < n; ++i) take_sample(model, sizes, data, first + i, i);
        const auto add = [&](auto& to, auto from, std::size_t each) {
            for (int i = 0; i < n; ++i) to.insert(to.end(), from.begin() + i * each, from.begin() + (i + 1) * each);
        };
        if constexpr (requires { model.labels(); }) add(set.labels, model.labels(), sizes.labels);
        if constexpr (requires { model.targets(); }) add(set.targets, model.targets(), sizes.targets);
        const auto values = model.predict(n);
        for (int i = 0; i < n; ++i)
            set.values.insert(set.values.end(), values.begin() + i * out.size(),
                              values.begin() + i * out.size() + kept);
    }
    return set;
}
template <class M, Trainable D> PredictedSet predict_set(M& model, const D& data, const PictureOptions& pictures = {}) {
    return predict_set(model, *any_dataset(data, pictures));
}

}  // namespace tn
