// The network for photographs in colour that begins from scratch, on the CPU.
#include "examples/photos/networks/network_types.hpp"
#include "examples/photos/networks/register_network.hpp"

namespace photos {

namespace {

/// Colour128 with a fifth convolution and the mean over its maps instead of a large Dense: a class is then the same
/// wherever it lies in the photograph, and the 8192 x 128 weights that knew the photographs by heart are not there.
struct ColourDeep128 {
    static constexpr const char* name = "colour-deep-128";
    static constexpr const char* purpose = "photographs in colour, from scratch, on the CPU";
    // clang-format off
    template <int Samples>
    using Of = Net<Image<3, 128, 128>, Batch<Samples>,
                   Seq<Conv<16, 3>, BN, Relu, Pool<2>,
                       Conv<32, 3>, BN, Relu, Pool<2>,
                       Conv<64, 3>, BN, Relu, Pool<2>,
                       Conv<128, 3>, BN, Relu, Pool<2>,
                       Conv<256, 3>, BN, Relu,
                       GlobalAvgPool, Dropout<30>,
                       Dense<1000>>,
                   SoftmaxCrossEntropy>;
    // clang-format on
    static constexpr int infer_batch = 64;
    using TrainBatches = std::integer_sequence<int, 64, 256>;
    static constexpr std::size_t least_bytes = 80_MiB;
};

const RegisterNetwork<ColourDeep128> registered;

}  // namespace

}  // namespace photos
