// SqueezeNet: Iandola and others, "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters", 2016.
#pragma once

#include "dsl/layers/activations.hpp"
#include "dsl/layers/conv.hpp"
#include "dsl/layers/dropout.hpp"
#include "dsl/layers/flatten.hpp"
#include "dsl/layers/global_avg_pool.hpp"
#include "dsl/layers/pool.hpp"
#include "dsl/net/seq.hpp"

namespace tn::networks {

namespace detail {
template <int Squeeze, int Expand>
using Fire = Seq<Conv<Squeeze, 1>, Relu, Concat<Seq<Conv<Expand, 1>, Relu>, Seq<Conv<Expand, 3>, Relu>>>;
}  // namespace detail

/// Version 1.1 for Image<3, 224, 224>. torchvision's pools take a window that hangs over the edge: at 224 x 224 none
/// does. The tensors are in the order of torchvision's state_dict.
template <int Classes = 1000, int DropoutPercent = 50>
using SqueezeNet = Seq<Conv<64, 3, Stride<2>, Pad<0>>, Relu, Pool<3, Stride<2>>, detail::Fire<16, 64>,
                       detail::Fire<16, 64>, Pool<3, Stride<2>>, detail::Fire<32, 128>, detail::Fire<32, 128>,
                       Pool<3, Stride<2>>, detail::Fire<48, 192>, detail::Fire<48, 192>, detail::Fire<64, 256>,
                       detail::Fire<64, 256>, Dropout<DropoutPercent>, Conv<Classes, 1>, Relu, GlobalAvgPool, Flatten>;

}  // namespace tn::networks
