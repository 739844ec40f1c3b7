// SqueezeExcite: a block that weighs the channels.
#pragma once

#include "dsl/layers/activations.hpp"
#include "dsl/layers/conv.hpp"
#include "dsl/layers/global_avg_pool.hpp"
#include "dsl/net/multiply.hpp"

namespace tn {

/// Squeeze and excitation: Hu and others, "Squeeze-and-excitation networks", 2018. Every channel of Image<Channels, H,
/// W> is scaled by a number from 0 to 1, which two 1 x 1 convolutions, over Reduced channels between them, make of the
/// means of all channels.
template <int Channels, int Reduced, class Activation = Relu, class Gate = Sigmoid>
using SqueezeExcite = Multiply<GlobalAvgPool, Conv<Reduced, 1>, Activation, Conv<Channels, 1>, Gate>;

}  // namespace tn
