#include "runtime/model/hyperparameters.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace tn {

std::string out_of_range(const char* optimizer, const Hyperparameter& field) {
    const std::string range = std::isinf(field.below)
                                  ? fmt::format("finite and at least {}", field.least)
                                  : fmt::format("at least {} and below {}", field.least, field.below);
    return fmt::format("{}: {} must be {}, not {}", optimizer, field.name, range, field.value);
}

void check_factors(const std::string& tensor, const TensorFactors& factors) {
    for (const auto& [what, factor] : {std::pair{"rate", factors.rate}, std::pair{"weight decay", factors.decay}})
        if (!(factor >= 0 && std::isfinite(factor)))
            throw Error(fmt::format("the factor of the {} of '{}' must be finite and at least 0, not {}", what, tensor,
                                    factor));
}

}  // namespace tn
