#include "runtime/model/hyperparameters.hpp"

#include <fmt/format.h>

#include <cmath>

namespace tn {

std::string out_of_range(const char* optimizer, const Hyperparameter& field) {
    const std::string range = std::isinf(field.below)
                                  ? fmt::format("finite and at least {}", field.least)
                                  : fmt::format("at least {} and below {}", field.least, field.below);
    return fmt::format("{}: {} must be {}, not {}", optimizer, field.name, range, field.value);
}

}  // namespace tn
