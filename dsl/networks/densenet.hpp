// DenseNet: Huang and others, "Densely connected convolutional networks", 2017.
#pragma once

#include "dsl/layers/activations.hpp"
#include "dsl/layers/avg_pool.hpp"
#include "dsl/layers/batch_norm.hpp"
#include "dsl/layers/conv.hpp"
#include "dsl/layers/dense.hpp"
#include "dsl/layers/global_avg_pool.hpp"
#include "dsl/layers/pool.hpp"
#include "dsl/net/seq.hpp"
#include "dsl/networks/repeat.hpp"

namespace tn::networks {

namespace detail {
/// The input's channels, and 32 new ones behind them.
using DenseNetLayer = Concat<Seq<>, Seq<BN, Relu, Conv<128, 1, NoBias>, BN, Relu, Conv<32, 3, NoBias>>>;
template <int Channels> using DenseNetTransition = Seq<BN, Relu, Conv<Channels, 1, NoBias>, AvgPool<2>>;
}  // namespace detail

/// 121 layers for Image<3, 224, 224> or another size. The tensors are in the order of torchvision's state_dict.
template <int Classes = 1000>
using DenseNet121 =
    Seq<Conv<64, 7, Stride<2>>, BN, Relu, Pool<3, Stride<2>, Pad<1>>, Repeat<6, detail::DenseNetLayer>,
        detail::DenseNetTransition<128>, Repeat<12, detail::DenseNetLayer>, detail::DenseNetTransition<256>,
        Repeat<24, detail::DenseNetLayer>, detail::DenseNetTransition<512>, Repeat<16, detail::DenseNetLayer>, BN, Relu,
        GlobalAvgPool, Dense<Classes>>;

}  // namespace tn::networks
