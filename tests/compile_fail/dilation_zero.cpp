// gcc: layer 0 Conv<6, 3, Dilation<0>>: with the input Image<4, 7, 7> it must have a dilation of at least 1, not 0
// clang: tn::Must::have_a_dilation_of_at_least_1
// nvcc: Where=tn::layer<0>
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<4, 7, 7>, Batch<4>, Seq<Conv<6, 3, Dilation<0>>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
