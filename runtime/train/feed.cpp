#include "runtime/train/feed.hpp"

#include <fmt/format.h>

namespace tn {

std::string describe(const Feed& feed) {
    return fmt::format(
        "waited for photographs {:.1f} % of the training time;\nloading took {:.1f} % of the processor time",
        100 * feed.idle, 100 * feed.loader);
}

}  // namespace tn
