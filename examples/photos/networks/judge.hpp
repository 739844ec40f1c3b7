// The network that judges labels in photos clean.
#pragma once

#include <dsl/typenet.hpp>
#include <runtime/data/dataset.hpp>

namespace photos {

using namespace tn;

/// Half as high and wide an input as Network, and a quarter of its time, since it is trained many times.
// clang-format off
using Judge = Net<Image<1, 64, 64>, Batch<64>,
                  Seq<Conv<16, 3>, BN, Relu, Pool<2>,
                      Conv<32, 3>, BN, Relu, Pool<2>,
                      Conv<64, 3>, BN, Relu, Pool<2>,
                      Dense<128>, BN, Relu, Dropout<50>,
                      Dense<1000>>,
                  SoftmaxCrossEntropy>;
// clang-format on

inline constexpr PictureShape judge_shape{Judge::input.channels, Judge::input.height, Judge::input.width};

}  // namespace photos
