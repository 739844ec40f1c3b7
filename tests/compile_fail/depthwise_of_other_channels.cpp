// gcc: layer 0 Conv<6, 3, Depthwise>: with the input Image<4, 7, 7> it must have as many filters as the input has channels, 4, or a multiple of it, not 6
// clang: tn::Must::have_a_channel_for_every_group
// nvcc: Where=tn::layer<0>
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<4, 7, 7>, Batch<4>, Seq<Conv<6, 3, Depthwise>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
