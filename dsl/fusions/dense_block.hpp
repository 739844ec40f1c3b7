// A dense layer with what follows it: its products need not be stored and read again.
#pragma once

#include "dsl/core/layer.hpp"
#include "dsl/fusions/pattern.hpp"

namespace tn::fusions {

/// Dense, then any of batch normalisation and a function of one value.
struct DenseBlock {
    using pattern = Chain<One<Operation::dense>, Maybe<Operation::batch_norm>, Maybe<&is_function>>;
    static constexpr bool in_place = false;

    template <Operation... Operations>
    static constexpr Reads reads{.x = true, .y = (is_differentiated_from_value(Operations) || ...)};
};

}  // namespace tn::fusions
