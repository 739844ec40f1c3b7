// The network for photographs in colour that begins from scratch.
#pragma once

#include "examples/photos/networks/network_types.hpp"

namespace photos {

/// Photographs in colour of 128 x 128: the layers of Grey128 behind an input of three channels.
struct Colour128 {
    static constexpr const char* name = "colour-128";
    static constexpr const char* purpose = "photographs in colour, from scratch";
    // clang-format off
    template <int Samples>
    using Of = Net<Image<3, 128, 128>, Batch<Samples>,
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
    static constexpr std::size_t least_bytes = 72_MiB;
};

}  // namespace photos
