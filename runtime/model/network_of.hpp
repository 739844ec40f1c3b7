// What a model's network is: of a Model, whose type says it, and of one that is chosen when the program runs.
#pragma once

#include <string>

#include "dsl/core/shape.hpp"

namespace tn {

/// The shape of one sample that comes in.
template <class M> constexpr Shape input_of(const M& model) {
    if constexpr (requires { typename M::network; })
        return M::network::input;
    else
        return model.input_shape();
}

/// How many outputs its last layer has, of which Model::active_outputs() count.
template <class M> constexpr int outputs_of(const M& model) {
    if constexpr (requires { typename M::network; })
        return M::network::output.channels;
    else
        return model.outputs();
}

/// Net::description().
template <class M> std::string description_of(const M& model) {
    if constexpr (requires { typename M::network; })
        return M::network::description();
    else
        return model.description();
}

}  // namespace tn
