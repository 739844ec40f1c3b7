// The network of the photos program.
#pragma once

#include <dsl/typenet.hpp>
#include <runtime/data/dataset.hpp>

namespace photos {

using namespace tn;

/// Grey photographs of 128 x 128, up to `Samples` at a time, up to 1000 classes: the last layer has 1000 outputs, of
/// which a run uses as many as there are classes (Model::active_outputs). That costs 0.2 % of a training step and saves
/// compiling the program for every number of classes. BN after the first Dense lets it learn at Adam's usual rate:
/// without it, 40 people with 5 photographs each were not learnt within 150 epochs of strong augmentation.
// clang-format off
template <int Samples>
using NetworkOf = Net<Image<1, 128, 128>, Batch<Samples>,
                      Seq<Conv<16, 3>, BN, Relu, Pool<2>,
                          Conv<32, 3>, BN, Relu, Pool<2>,
                          Conv<64, 3>, BN, Relu, Pool<2>,
                          Conv<128, 3>, BN, Relu, Pool<2>,
                          Dense<128>, BN, Relu, Dropout<50>,
                          Dense<1000>>,
                      SoftmaxCrossEntropy>;
// clang-format on
using Network = NetworkOf<64>;

static_assert(Network::train_bytes<Adam> < 256_MiB);

inline constexpr PictureShape picture_shape{Network::input.channels, Network::input.height, Network::input.width};

}  // namespace photos
