// gcc: the layers of the network: with the input Vector<8> it must be a Seq<...> of layers, not int
// clang: tn::Must::be_a_Seq
// nvcc: Where=tn::detail::the_body, Layer=tn::detail::the_network, Incoming=tn::incoming<8>, What=tn::Must::be_a_Seq, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Vector<8>, Batch<4>, int, SoftmaxCrossEntropy>;

Broken network;
