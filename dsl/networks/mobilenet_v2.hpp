// MobileNetV2: Sandler and others, "MobileNetV2: inverted residuals and linear bottlenecks", 2018.
#pragma once

#include "dsl/layers/activations.hpp"
#include "dsl/layers/batch_norm.hpp"
#include "dsl/layers/conv.hpp"
#include "dsl/layers/dense.hpp"
#include "dsl/layers/dropout.hpp"
#include "dsl/layers/global_avg_pool.hpp"
#include "dsl/net/seq.hpp"
#include "dsl/networks/repeat.hpp"

namespace tn::networks {

namespace detail {
/// 1 x 1 to six times the channels, depthwise 3 x 3, 1 x 1 to C channels, after which nothing cuts values off.
template <int In, int C, int S = 1>
using Inverted = Seq<Conv<6 * In, 1>, BN, Relu6, Conv<6 * In, 3, Depthwise, Stride<S>>, BN, Relu6, Conv<C, 1>, BN>;
template <int C>
using InvertedResidual = Residual<Conv<6 * C, 1>, BN, Relu6, Conv<6 * C, 3, Depthwise>, BN, Relu6, Conv<C, 1>, BN>;
}  // namespace detail

/// Of width 1, for Image<3, 224, 224> or another size; dropout before the last layer. The tensors are in the order of
/// torchvision's state_dict.
template <int Classes = 1000, int DropoutPercent = 20>
using MobileNetV2 =
    Seq<Conv<32, 3, Stride<2>>, BN, Relu6, Seq<Conv<32, 3, Depthwise>, BN, Relu6, Conv<16, 1>, BN>,
        Repeat<2, detail::Inverted<16, 24, 2>, detail::InvertedResidual<24>>,
        Repeat<3, detail::Inverted<24, 32, 2>, detail::InvertedResidual<32>>,
        Repeat<4, detail::Inverted<32, 64, 2>, detail::InvertedResidual<64>>,
        Repeat<3, detail::Inverted<64, 96>, detail::InvertedResidual<96>>,
        Repeat<3, detail::Inverted<96, 160, 2>, detail::InvertedResidual<160>>, detail::Inverted<160, 320>,
        Conv<1280, 1>, BN, Relu6, GlobalAvgPool, Dropout<DropoutPercent>, Dense<Classes>>;

}  // namespace tn::networks
