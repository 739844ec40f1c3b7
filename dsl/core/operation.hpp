// What a layer or a loss computes, said once with all its attributes, in the layer's own file. Everything else reads
// it: the patterns of fusion, the table of kernels, the exporters.
#pragma once

#include "dsl/core/expression.hpp"
#include "dsl/core/window.hpp"

namespace tn {

/// A member `static constexpr Operation operation` of a layer or loss. One without it is trained and run by its
/// reference mathematics, is part of no fusion and cannot be exported. Structural: kernels are specialised by it.
struct Operation {
    enum Kind {
        none,
        identity,                ///< y = x
        flatten,                 ///< the same values, read as a vector
        convolution,             ///< parameters weight and, with `bias`, bias; `window`, `features`, `groups`
        transposed_convolution,  ///< the adjoint of a convolution with `window`, from `features`; `output_pad`
        dense,                   ///< the same, without a window
        batch_norm,    ///< parameters weight and bias, states mean and variance, by channel; `epsilon`, `momentum`
        scale,         ///< y = weight[c] x, + bias[c] if there is one
        pointwise,     ///< y = function(x), value by value; `function`
        max_pool,      ///< `window`
        average_pool,  ///< `window`
        global_average_pool,
        upsample_nearest,   ///< by the `window`'s steps
        upsample_bilinear,  ///< the same
        dropout,            ///< `percent` in training, identity at inference
        fork,               ///< the same value for several branches
        next_branch,        ///< where one branch ends and the next begins; nothing runs
        add,                ///< the sum of all inputs
        multiply,    ///< the product of both inputs; the first may have one value for every channel of the second
        concat,      ///< the channels of all inputs
        softmax,     ///< over the channels at each position
        layer_norm,  ///< over the channels at each position; parameters weight and bias, by channel; `epsilon`
        group_norm,  ///< over `groups` groups of channels of a sample; the same
        slice,       ///< the values of a sample from number `first` on, with the extents of the output
        reshape,     ///< the same values with the extents of the output
        attention,   ///< of positions, by `heads`; parameters as PyTorch's MultiheadAttention, two fewer without `bias`
        position_embedding,  ///< x + weight, the same for every sample
        class_token,         ///< the parameter weight, by channel, before the positions
        first_token,         ///< of all positions
        embedding,           ///< row x of the parameter weight [vocabulary][features]
        gru,                 ///< `features` units; parameters as PyTorch's; the last position alone with `last`
        lstm                 ///< the same
    } kind = none;
    Window window{};
    int features = 0;  ///< of a convolution its filters, of a dense layer its outputs
    int groups = 1;    ///< 0: one for every channel
    bool bias = false;
    int heads = 0, vocabulary = 0;
    bool last = false;
    int first = 0;
    int output_pad = 0;  ///< rows and columns more of a transposed convolution's output
    FloatBits epsilon{}, momentum{};
    int percent = 0;
    Expression function{};

    constexpr bool operator==(const Operation&) const = default;

    /// How many groups an input of so many channels has.
    constexpr int groups_of(int channels) const { return groups == 0 ? channels : groups; }

    /// What is left of it at inference.
    constexpr Kind at_inference() const { return kind == dropout || kind == fork ? identity : kind; }
};

/// Whether each value of the output is made from the values in its place alone, by what is the same for all.
constexpr bool is_value_by_value(Operation::Kind kind) {
    return kind == Operation::identity || kind == Operation::pointwise || kind == Operation::dropout ||
           kind == Operation::fork || kind == Operation::add;
}

/// y = f(x), value by value.
constexpr Operation pointwise(const Expression& f) { return {.kind = Operation::pointwise, .function = f}; }

}  // namespace tn
