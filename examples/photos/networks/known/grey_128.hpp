// The network for grey photographs, and for few of them.
#pragma once

#include "examples/photos/networks/network_types.hpp"

namespace photos {

/// Grey photographs of 128 x 128. BN after the first Dense lets it learn at Adam's usual rate: without it, 40 people
/// with 5 photographs each were not learnt within 150 epochs of strong augmentation.
struct Grey128 {
    static constexpr const char* name = "grey-128";
    static constexpr const char* purpose = "grey photographs, from scratch: faces, drawings";
    // clang-format off
    template <int Samples>
    using Of = Net<Image<1, 128, 128>, Batch<Samples>,
                   Seq<Conv<16, 3>, BN, Relu, Pool<2>,
                       Conv<32, 3>, BN, Relu, Pool<2>,
                       Conv<64, 3>, BN, Relu, Pool<2>,
                       Conv<128, 3>, BN, Relu, Pool<2>,
                       Dense<128>, BN, Relu, Dropout<50>,
                       Dense<1000>>,
                   SoftmaxCrossEntropy>;
    // clang-format on
    static constexpr int infer_batch = 64;
    using TrainBatches = std::integer_sequence<int, 64, 256>;
    static constexpr std::size_t least_bytes = 64_MiB;
};

static_assert(Grey128::Of<64>::train_bytes<Adam> < 256_MiB);

}  // namespace photos
