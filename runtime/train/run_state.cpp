#include "runtime/train/run_state.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <cstdio>

namespace tn::detail {

// Hexadecimal, so that the sum goes on from the same bits.
std::string to_text(const EpochSums& sums) { return fmt::format("{:a} {} {}", sums.loss, sums.right, sums.seen); }

EpochSums epoch_sums(const std::string& text, const std::string& path) {
    EpochSums sums;
    int used = 0;
    if (std::sscanf(text.c_str(), "%la %d %d%n", &sums.loss, &sums.right, &sums.seen, &used) != 3 ||
        used != static_cast<int>(text.size()) || !std::isfinite(sums.loss) || sums.seen < 1 || sums.right < 0 ||
        sums.right > sums.seen)
        throw Error(path + ": its metadata is not in order: '" + epoch_sums_key + "' must be a loss and two counts");
    return sums;
}

void check_same_run(const CheckpointInfo& saved, const std::vector<std::string>& classes, std::uint64_t seed,
                    const std::string& path) {
    if (saved.seed != seed)
        throw Error(
            fmt::format("{}: is of a run with seed {}, not {}: go on with the same seed", path, saved.seed, seed));
    if (saved.classes != classes)
        throw Error(fmt::format("{}: is of a run with other classes: {}, not {}", path, fmt::join(saved.classes, " "),
                                fmt::join(classes, " ")));
}

}  // namespace tn::detail
