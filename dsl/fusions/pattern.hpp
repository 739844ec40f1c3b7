// Patterns over operations: which neighbours one kernel may compute together.
#pragma once

#include "dsl/core/derivative.hpp"
#include "dsl/core/functions.hpp"
#include "dsl/core/operation.hpp"

namespace tn {

namespace detail {
constexpr bool passes(Operation::Kind wanted, const Operation& operation) { return operation.kind == wanted; }
constexpr bool passes(bool (*test)(const Operation&), const Operation& operation) { return test(operation); }
}  // namespace detail

/// A step of a pattern: an operation of this kind, or one for which this function of it holds.
template <auto Test> struct One {
    static constexpr bool optional = false;
    static constexpr bool matches(const Operation& operation) { return detail::passes(Test, operation); }
};

/// The same, or nothing.
template <auto Test> struct Maybe : One<Test> {
    static constexpr bool optional = true;
};

/// Steps one behind another.
template <class... Steps> struct Chain {
    /// How many of the first `count` operations the chain takes, each step as soon as it can; 0 where it does not
    /// match.
    static constexpr int match(const Operation* operations, int count) {
        int taken = 0;
        bool fits = true;
        const auto step = [&](bool optional, bool (*matches)(const Operation&)) {
            if (taken < count && matches(operations[taken]))
                ++taken;
            else
                fits = fits && optional;
        };
        (step(Steps::optional, &Steps::matches), ...);
        return fits ? taken : 0;
    }

    /// Whether it takes these and no others.
    template <Operation... Operations> static constexpr bool is() {
        constexpr Operation all[] = {Operations...};
        return match(all, sizeof...(Operations)) == sizeof...(Operations);
    }
};

/// Steps of patterns.
constexpr bool is_function(const Operation& operation) {
    return operation.kind == Operation::pointwise && operation.function.fits();
}
constexpr bool is_relu(const Operation& operation) { return operation == pointwise(functions::relu); }
constexpr bool is_relu6(const Operation& operation) { return operation == pointwise(functions::relu6); }
constexpr bool is_rectifier(const Operation& operation) { return is_relu(operation) || is_relu6(operation); }

/// A function whose derivative is made from its value.
constexpr bool is_differentiated_from_value(const Operation& operation) {
    return is_function(operation) &&
           detail::slope_from(operation.function, operation.function.size - 1) == SlopeFrom::y;
}

}  // namespace tn
