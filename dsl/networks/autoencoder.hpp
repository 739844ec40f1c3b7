// A convolutional autoencoder.
#pragma once

#include "dsl/layers/activations.hpp"
#include "dsl/layers/batch_norm.hpp"
#include "dsl/layers/conv.hpp"
#include "dsl/layers/conv_transpose.hpp"
#include "dsl/net/seq.hpp"

namespace tn::networks {

/// From Image<Channels, H, W> by 4 x Width channels of an eighth of its rows and columns back to itself, in values from
/// 0 to 1; H and W are multiples of 8. Train it with MeanSquaredError on its input.
template <int Channels = 1, int Width = 16>
using Autoencoder = Seq<Conv<Width, 3, Stride<2>>, BN, Relu, Conv<2 * Width, 3, Stride<2>>, BN, Relu,
                        Conv<4 * Width, 3, Stride<2>>, BN, Relu, ConvTranspose<2 * Width, 2, Stride<2>>, BN, Relu,
                        ConvTranspose<Width, 2, Stride<2>>, BN, Relu, ConvTranspose<Channels, 2, Stride<2>>, Sigmoid>;

}  // namespace tn::networks
