// The fields of an optimizer are checked before a step by it.
#pragma once

#include <functional>
#include <string>

#include "dsl/optim/optimizer.hpp"
#include "runtime/core/error.hpp"

namespace tn {

/// "Adam: beta1 must be at least 0 and below 1, not 1.5".
std::string out_of_range(const char* optimizer, const Hyperparameter& field);

/// Throws Error that names the first field which is out of its range. An optimizer without hyperparameters() is taken
/// as it is.
template <class Optimizer> void check_hyperparameters(const Optimizer& optimizer) {
    if constexpr (requires { optimizer.hyperparameters(); })
        for (const Hyperparameter& field : optimizer.hyperparameters())
            if (!field.fits()) throw Error(out_of_range(Optimizer::name, field));
}

/// May change the factors of the tensor of this name.
using ChooseFactors = std::function<void(const std::string& tensor, TensorFactors& factors)>;

/// Throws Error that names the tensor unless its factors are finite and at least 0.
void check_factors(const std::string& tensor, const TensorFactors& factors);

}  // namespace tn
