// gcc: the layers of the network: with the input Vector<8> it must contain at least 1 layer
// clang: tn::Must::contain_at_least_1_layer
// nvcc: Where=tn::detail::the_body, Layer=tn::detail::the_network, Incoming=tn::incoming<8>, What=tn::Must::contain_at_least_1_layer, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Vector<8>, Batch<4>, Seq<>, SoftmaxCrossEntropy>;

Broken network;
