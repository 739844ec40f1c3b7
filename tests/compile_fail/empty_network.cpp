// gcc: the layers of the network: with the input Vector<8> it must contain at least 1 layer
// clang: tn::Must::contain_at_least_1_layer
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Vector<8>, Batch<4>, Seq<>, SoftmaxCrossEntropy>;

Broken network;
