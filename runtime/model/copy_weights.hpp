// Weights from one model to another, by name.
#pragma once

#include <algorithm>
#include <string>

#include "runtime/core/error.hpp"
#include "runtime/model/tensors.hpp"

namespace tn {

namespace detail {

/// Copies every one of `to` from the one of that name.
template <class From, class To> void copy_by_name(const From& from, const To& to) {
    for (const auto& t : to) {
        const auto found = std::ranges::find(from, t.name, [](const auto& other) { return other.name; });
        if (found == from.end()) throw Error("the model that is copied from has no tensor '" + t.name + "'");
        if (found->parameter.rank != t.parameter.rank || found->parameter.extent != t.parameter.extent)
            throw Error("the tensor '" + t.name + "' has another shape in the model that is copied from");
    }
    for (const auto& t : to) {
        const auto found = std::ranges::find(from, t.name, [](const auto& other) { return other.name; });
        using T = typename std::remove_reference_t<decltype(t.values)>::value_type;
        std::ranges::transform(found->values, t.values.begin(), [](auto v) { return static_cast<T>(v); });
    }
}

}  // namespace detail

/// Copies every parameter and running statistic of `to` from the tensor of that name in `from`, which may have more.
/// The models may be of other networks, devices and types. Throws Error naming the first tensor that is missing or has
/// another shape, and then leaves `to` as it was.
template <class From, class To> void copy_weights(const From& from, To& to) {
    detail::copy_by_name(from.tensors(), to.tensors());
}

}  // namespace tn
