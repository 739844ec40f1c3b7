// AlexNet.
#pragma once

#include "dsl/layers/activations.hpp"
#include "dsl/layers/conv.hpp"
#include "dsl/layers/dense.hpp"
#include "dsl/layers/dropout.hpp"
#include "dsl/layers/pool.hpp"
#include "dsl/net/seq.hpp"

namespace tn::networks {

/// Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014, as in torchvision: for Image<3,
/// 224, 224>. Its tensors are in the order of torchvision's state_dict.
template <int Classes = 1000, int DropoutPercent = 50>
using AlexNet =
    Seq<Conv<64, 11, Stride<4>, Pad<2>>, Relu, Pool<3, Stride<2>>, Conv<192, 5>, Relu, Pool<3, Stride<2>>, Conv<384, 3>,
        Relu, Conv<256, 3>, Relu, Conv<256, 3>, Relu, Pool<3, Stride<2>>, Dropout<DropoutPercent>, Dense<4096>, Relu,
        Dropout<DropoutPercent>, Dense<4096>, Relu, Dense<Classes>>;

}  // namespace tn::networks
