#include "runtime/train/best_model.hpp"

#include <fmt/format.h>

#include <cmath>

#include "runtime/core/exact_number.hpp"

namespace tn {

// Exact, so that later losses are compared with the same bits.
std::string BestModel::to_text() const { return fmt::format("{} {}", exact_text(loss_), epoch_); }

void BestModel::from_text(const std::string& text, const std::string& path) {
    std::string_view rest = text;
    const auto loss = exact_number(take_word(rest));
    const auto epoch = whole_number(take_word(rest));
    if (!loss || !epoch || !rest.empty() || *epoch < 0 || !(*epoch == 0 ? std::isinf(*loss) : std::isfinite(*loss)))
        throw Error(path + ": its metadata is not in order: '" + key + "' must be a loss and an epoch");
    loss_ = *loss;
    epoch_ = *epoch;
}

}  // namespace tn
