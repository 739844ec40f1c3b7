// LeNet-5.
#pragma once

#include "dsl/layers/activations.hpp"
#include "dsl/layers/avg_pool.hpp"
#include "dsl/layers/conv.hpp"
#include "dsl/layers/dense.hpp"
#include "dsl/layers/pool.hpp"
#include "dsl/net/seq.hpp"

namespace tn::networks {

/// As LeCun and others, "Gradient-based learning applied to document recognition", 1998, described it, for Image<1, 32,
/// 32>; means without weights of their own in the pools, every filter of the second convolution sees all channels, and
/// the last layer is a Dense one, as in what is called LeNet-5 since.
template <int Classes = 10>
using LeNet5 = Seq<Conv<6, 5, Pad<0>>, Tanh, AvgPool<2>, Conv<16, 5, Pad<0>>, Tanh, AvgPool<2>, Conv<120, 5, Pad<0>>,
                   Tanh, Dense<84>, Tanh, Dense<Classes>>;

/// The same with ReLU and maxima, for Image<1, 28, 28>: what is trained today under its name.
template <int Classes = 10>
using LeNet5Today = Seq<Conv<6, 5>, Relu, Pool<2>, Conv<16, 5, Pad<0>>, Relu, Pool<2>, Dense<120>, Relu, Dense<84>,
                        Relu, Dense<Classes>>;

}  // namespace tn::networks
