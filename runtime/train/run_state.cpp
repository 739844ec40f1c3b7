#include "runtime/train/run_state.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "runtime/core/exact_number.hpp"

namespace tn::detail {

// Exact, so that the sum goes on from the same bits.
std::string to_text(const EpochSums& sums) {
    return fmt::format("{} {} {}", exact_text(sums.loss), sums.right, sums.seen);
}

EpochSums epoch_sums(const std::string& text, const std::string& path) {
    std::string_view rest = text;
    const auto loss = exact_number(take_word(rest));
    const auto right = whole_number(take_word(rest)), seen = whole_number(take_word(rest));
    if (!loss || !right || !seen || !rest.empty() || !std::isfinite(*loss) || *seen < 1 || *right < 0 || *right > *seen)
        throw Error(path + ": its metadata is not in order: '" + epoch_sums_key + "' must be a loss and two counts");
    return {*loss, *right, *seen};
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
