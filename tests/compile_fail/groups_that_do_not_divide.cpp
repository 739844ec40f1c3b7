// gcc: layer 0 Conv<6, 3, Groups<4>>: with the input Image<8, 7, 7> it must have groups that divide its channels, 8, and its filters, 6
// clang: tn::Must::have_groups_that_divide_channels_and_filters
// nvcc: Where=tn::layer<0>
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<8, 7, 7>, Batch<4>, Seq<Conv<6, 3, Groups<4>>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
