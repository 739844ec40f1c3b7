#include "runtime/train/train_options.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/core/error.hpp"

namespace tn {

void check_options(const TrainOptions& o) {
    if (o.iterations < 0 || (o.iterations == 0 && o.epochs < 1))
        throw Error("a run has at least 1 iteration or 1 epoch");
    if (!(o.warm_up >= 0 && o.warm_up <= 1))
        throw Error("the warm-up must be a part from 0 to 1 of the run, not " + std::to_string(o.warm_up));
    if (!(o.mixup >= 0 && o.mixup <= 100))
        throw Error("the alpha of mixup must be from 0 to 100, not " + std::to_string(o.mixup));
    if (o.patience != 0 && (!o.held_out || o.held_out->size() == 0))
        throw Error("a run with a patience needs pictures that are held out for it");
}

std::int64_t run_length(const TrainOptions& o, int pictures) {
    if (o.iterations > 0) return o.iterations;
    const int batch = std::clamp(o.batch, 1, std::max(pictures, 1));
    return static_cast<std::int64_t>(o.epochs) * ((pictures + batch - 1) / batch);
}

float rate_factor(const TrainOptions& o, std::int64_t iteration, std::int64_t total) {
    const double warm = o.warm_up * static_cast<double>(total), at = static_cast<double>(iteration) + 1;
    if (at < warm) return static_cast<float>(at / warm);
    if (!o.cosine) return 1;
    const double share = (at - warm) / (static_cast<double>(total) - warm + 1);
    return static_cast<float>(0.5 * (1 + std::cos(3.14159265358979 * std::min(share, 1.0))));
}

}  // namespace tn
