#include "dsl/net/kernel_table.hpp"

#include <fmt/format.h>

namespace tn {

std::string format(const std::vector<KernelRow>& rows) {
    std::string text = fmt::format("{:<7} {:<36} {}\n", "index", "layers", "kernel");
    for (const KernelRow& r : rows)
        text += fmt::format("{:<7} {:<36} {}\n{:<10}{}\n", r.path, r.layers, r.kernel, "", r.why);
    return text;
}

}  // namespace tn
