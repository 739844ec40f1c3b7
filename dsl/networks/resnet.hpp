// ResNet: He and others, "Deep residual learning for image recognition", 2016.
#pragma once

#include "dsl/layers/activations.hpp"
#include "dsl/layers/batch_norm.hpp"
#include "dsl/layers/conv.hpp"
#include "dsl/layers/dense.hpp"
#include "dsl/layers/global_avg_pool.hpp"
#include "dsl/layers/pool.hpp"
#include "dsl/net/seq.hpp"
#include "dsl/networks/repeat.hpp"

namespace tn::networks {

namespace detail {

/// Two convolutions of 3 x 3 around which the input goes, by a 1 x 1 convolution where the shape changes.
template <int C> using Basic = Seq<Residual<Conv<C, 3>, BN, Relu, Conv<C, 3>, BN>, Relu>;
template <int C, int S>
using BasicChange =
    Seq<Residual<Conv<C, 3, Stride<S>>, BN, Relu, Conv<C, 3>, BN, Shortcut<Conv<C, 1, Stride<S>, Pad<0>>, BN>>, Relu>;

/// 1 x 1 to a quarter of the channels, 3 x 3 with the stride, 1 x 1 back.
template <int C>
using Bottleneck = Seq<Residual<Conv<C / 4, 1>, BN, Relu, Conv<C / 4, 3>, BN, Relu, Conv<C, 1>, BN>, Relu>;
template <int C, int S>
using BottleneckChange = Seq<Residual<Conv<C / 4, 1>, BN, Relu, Conv<C / 4, 3, Stride<S>>, BN, Relu, Conv<C, 1>, BN,
                                      Shortcut<Conv<C, 1, Stride<S>, Pad<0>>, BN>>,
                             Relu>;

using ImageNetStem = Seq<Conv<64, 7, Stride<2>>, BN, Relu, Pool<3, Stride<2>, Pad<1>>>;
using CifarStem = Seq<Conv<64, 3>, BN, Relu>;

template <class Stem, int A, int B, int C, int D, int Classes>
using BasicResNet = Seq<Stem, Repeat<A, Basic<64>>, Repeat<B, BasicChange<128, 2>, Basic<128>>,
                        Repeat<C, BasicChange<256, 2>, Basic<256>>, Repeat<D, BasicChange<512, 2>, Basic<512>>,
                        GlobalAvgPool, Dense<Classes>>;
template <class Stem, int A, int B, int C, int D, int Classes>
using BottleneckResNet =
    Seq<Stem, Repeat<A, BottleneckChange<256, 1>, Bottleneck<256>>,
        Repeat<B, BottleneckChange<512, 2>, Bottleneck<512>>, Repeat<C, BottleneckChange<1024, 2>, Bottleneck<1024>>,
        Repeat<D, BottleneckChange<2048, 2>, Bottleneck<2048>>, GlobalAvgPool, Dense<Classes>>;

}  // namespace detail

/// For Image<3, 224, 224> or another size. The tensors are in the order of torchvision's state_dict.
template <int Classes = 1000> using ResNet18 = detail::BasicResNet<detail::ImageNetStem, 2, 2, 2, 2, Classes>;
template <int Classes = 1000> using ResNet34 = detail::BasicResNet<detail::ImageNetStem, 3, 4, 6, 3, Classes>;
template <int Classes = 1000> using ResNet50 = detail::BottleneckResNet<detail::ImageNetStem, 3, 4, 6, 3, Classes>;

/// For small images such as CIFAR's 32 x 32: the first convolution is 3 x 3 without a step, and nothing is pooled
/// behind it.
template <int Classes = 10> using ResNet18Cifar = detail::BasicResNet<detail::CifarStem, 2, 2, 2, 2, Classes>;
template <int Classes = 10> using ResNet34Cifar = detail::BasicResNet<detail::CifarStem, 3, 4, 6, 3, Classes>;
template <int Classes = 10> using ResNet50Cifar = detail::BottleneckResNet<detail::CifarStem, 3, 4, 6, 3, Classes>;

}  // namespace tn::networks
