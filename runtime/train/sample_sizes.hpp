// What a model takes of a data set.
#pragma once

#include <string>

#include "dsl/loss/loss.hpp"
#include "runtime/core/error.hpp"
#include "runtime/data/any_dataset.hpp"

namespace tn {

/// How many numbers the model takes of a sample.
template <class M> SampleSizes sample_sizes(M& model) {
    SampleSizes sizes{model.input().size() / model.batch(), 0, 0};
    if constexpr (requires { model.labels(); }) sizes.labels = model.labels().size() / model.batch();
    if constexpr (requires { model.targets(); }) sizes.targets = model.targets().size() / model.batch();
    return sizes;
}

/// Whether the model's loss says which answers are right; one that measures a distance does not.
template <class M> constexpr bool tells_right() {
    if constexpr (requires { typename M::network::loss; }) return LossTraits<typename M::network::loss>::weighs_outputs;
    return true;
}

/// Fills sample `place` of the model's batch with sample i, its input as a test sees it.
template <class M> void take_sample(M& model, const SampleSizes& sizes, const AnyDataset& data, int i, int place) {
    const auto part = [&](auto values, std::size_t size) { return values.subspan(place * size, size); };
    data.input(i, part(model.input(), sizes.input));
    if constexpr (requires { model.labels(); }) data.labels(i, part(model.labels(), sizes.labels));
    if constexpr (requires { model.targets(); }) data.targets(i, part(model.targets(), sizes.targets));
}

/// Throws Error unless the model can take these samples, `batch` at a time; `name` is what they are called.
template <class M> void check_samples(M& model, const AnyDataset& data, int batch, const std::string& name) {
    if (batch < 1 || batch > model.batch())
        throw Error("a batch has 1 to " + std::to_string(model.batch()) + " samples here, not " +
                    std::to_string(batch));
    int ignored = -1, classes = 0;
    if constexpr (requires { M::network::loss::ignored_label; }) ignored = M::network::loss::ignored_label;
    if constexpr (requires { model.labels(); }) classes = model.active_outputs();
    check_dataset(data, sample_sizes(model), classes, ignored, name);
}

/// 16 hexadecimal digits for all inputs, labels and targets of the data sets, in this order, as the model takes them:
/// TrainOptions::data_digest, by which a run that is resumed knows its own data again.
template <class M, Trainable... D> std::string digest_of(M& model, const D&... data) {
    return digest_of({fingerprint(*any_dataset(data), sample_sizes(model))...});
}

}  // namespace tn
