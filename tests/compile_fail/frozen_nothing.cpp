// gcc: layer 0 Frozen: with the input Image<3, 32, 32> it must contain at least 1 layer
// clang: tn::Must::contain_at_least_1_layer, 0, 0
// nvcc: What=tn::Must::contain_at_least_1_layer, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<3, 32, 32>, Batch<8>, Seq<Frozen<>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
