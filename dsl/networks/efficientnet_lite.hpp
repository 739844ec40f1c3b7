// EfficientNet-Lite: Tan and Le, "EfficientNet: rethinking model scaling for convolutional neural networks", 2019, in
// the form for devices without squeeze and excitation: Liu, "Higher accuracy on vision models with EfficientNet-Lite",
// 2020.
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

using LiteNorm = BNWith<Epsilon<0.001>, RunningMomentum<0.01>>;

/// As much padding as a step of 2 over an even number of rows needs, the odd one at the bottom and right.
template <int K, int S>
using LitePad = std::conditional_t<S == 1, Pad<(K - 1) / 2>, Pad<(K - 2) / 2, (K - 2) / 2, (K - 1) / 2, (K - 1) / 2>>;

/// 1 x 1 to six times the channels, depthwise K x K, 1 x 1 to C channels.
template <int In, int C, int K, int S = 1>
using MBConv = Seq<Conv<6 * In, 1>, LiteNorm, Relu6, Conv<6 * In, K, Depthwise, Stride<S>, LitePad<K, S>>, LiteNorm,
                   Relu6, Conv<C, 1>, LiteNorm>;
template <int C, int K>
using MBConvResidual = Residual<Conv<6 * C, 1>, LiteNorm, Relu6, Conv<6 * C, K, Depthwise, LitePad<K, 1>>, LiteNorm,
                                Relu6, Conv<C, 1>, LiteNorm>;

/// Stages of B, C, D, E, F and G blocks to 24, 40, 80, 112, 192 and 320 channels or so.
template <int Classes, int DropoutPercent, int Two, int Three, int Four, int Five, int Six, int Seven, int N2, int N3,
          int N4, int N5, int N6>
using EfficientNetLite = Seq<Conv<32, 3, Stride<2>, LitePad<3, 2>>, LiteNorm, Relu6,
                             Seq<Conv<32, 3, Depthwise>, LiteNorm, Relu6, Conv<16, 1>, LiteNorm>,
                             Repeat<N2, MBConv<16, Two, 3, 2>, MBConvResidual<Two, 3>>,
                             Repeat<N3, MBConv<Two, Three, 5, 2>, MBConvResidual<Three, 5>>,
                             Repeat<N4, MBConv<Three, Four, 3, 2>, MBConvResidual<Four, 3>>,
                             Repeat<N5, MBConv<Four, Five, 5>, MBConvResidual<Five, 5>>,
                             Repeat<N6, MBConv<Five, Six, 5, 2>, MBConvResidual<Six, 5>>, MBConv<Six, Seven, 3>,
                             Conv<1280, 1>, LiteNorm, Relu6, GlobalAvgPool, Dropout<DropoutPercent>, Dense<Classes>>;

}  // namespace detail

/// For Image<3, 224, 224>, 240 and 260; any size whose halves are even where a step of 2 takes them. Padding is that of
/// TensorFlow, more at the bottom and right. The tensors are in the order of the state_dict of
/// efficientnet-lite-pytorch.
template <int Classes = 1000, int DropoutPercent = 20>
using EfficientNetLite0 = detail::EfficientNetLite<Classes, DropoutPercent, 24, 40, 80, 112, 192, 320, 2, 2, 3, 3, 4>;
template <int Classes = 1000, int DropoutPercent = 20>
using EfficientNetLite1 = detail::EfficientNetLite<Classes, DropoutPercent, 24, 40, 80, 112, 192, 320, 3, 3, 4, 4, 5>;
template <int Classes = 1000, int DropoutPercent = 30>
using EfficientNetLite2 = detail::EfficientNetLite<Classes, DropoutPercent, 24, 48, 88, 120, 208, 352, 3, 3, 4, 4, 5>;

}  // namespace tn::networks
