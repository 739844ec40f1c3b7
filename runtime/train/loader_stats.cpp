#include "runtime/train/loader_stats.hpp"

#include <fmt/format.h>

namespace tn {

std::string describe(const LoaderStats& stats) {
    return fmt::format(
        "waited for photographs {:.1f} % of the training time;\nloading took {:.1f} % of the processor time",
        100 * stats.idle, 100 * stats.loader);
}

}  // namespace tn
