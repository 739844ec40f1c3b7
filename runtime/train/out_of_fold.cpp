#include "runtime/train/out_of_fold.hpp"

namespace tn {

void detail::add_fold(PredictedSet& whole, const PredictedSet& held, const std::vector<int>& indices, int size,
                      int repeats) {
    const std::size_t each = std::size_t{1} * held.outputs * held.pixels;
    if (whole.samples == 0) {
        whole = {size, held.outputs, held.pixels, held.ignored, {}, {}, {}};
        whole.values.resize(each * size);
        if (!held.labels.empty()) whole.labels.resize(std::size_t{1} * held.pixels * size);
        if (!held.targets.empty()) whole.targets.resize(each * size);
    }
    const auto place = [&](const auto& from, auto& to, std::size_t values) {
        for (std::size_t i = 0; !from.empty() && i < indices.size(); ++i)
            std::copy_n(from.begin() + i * values, values, to.begin() + indices[i] * values);
    };
    place(held.labels, whole.labels, held.pixels);
    place(held.targets, whole.targets, each);
    for (std::size_t i = 0; i < indices.size(); ++i)
        for (std::size_t k = 0; k < each; ++k)
            whole.values[indices[i] * each + k] += held.values[i * each + k] / static_cast<float>(repeats);
}

}  // namespace tn
