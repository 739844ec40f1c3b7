// A dense layer with what follows it: its products need not be stored and read again.
#pragma once

#include "dsl/core/derivative.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/fusions/pattern.hpp"

namespace tn::fusions {

/// Dense, then any of batch normalisation and a function of one value.
struct DenseBlock {
    using pattern = Chain<One<Operation::dense>, Maybe<Operation::batch_norm>, Maybe<&is_function>>;
    static constexpr bool in_place = false;

    /// Whether the derivative of a function behind it is made from its value, which is read then.
    static constexpr bool reads_value(const Operation& operation) {
        return is_function(operation) &&
               detail::slope_from(operation.function, operation.function.size - 1) == SlopeFrom::y;
    }
    template <Operation... Operations> static constexpr Reads reads{.x = true, .y = (reads_value(Operations) || ...)};
};

}  // namespace tn::fusions
