#include "runtime/train/best_model.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>

namespace tn {

// Hexadecimal, so that later losses are compared with the same bits.
std::string BestModel::to_text() const { return fmt::format("{:a} {}", loss_, epoch_); }

void BestModel::from_text(const std::string& text, const std::string& path) {
    double loss = 0;
    int epoch = 0, used = 0;
    if (std::sscanf(text.c_str(), "%la %d%n", &loss, &epoch, &used) != 2 || used != static_cast<int>(text.size()) ||
        epoch < 0 || !(epoch == 0 ? std::isinf(loss) : std::isfinite(loss)))
        throw Error(path + ": its metadata is not in order: '" + key + "' must be a loss and an epoch");
    loss_ = loss;
    epoch_ = epoch;
}

}  // namespace tn
