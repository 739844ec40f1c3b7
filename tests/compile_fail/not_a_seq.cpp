// gcc: the layers of the network: with the input Vector<8> it must be a Seq<...> of layers
// clang: tn::Must::be_a_Seq
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Vector<8>, Batch<4>, Dense<3>, SoftmaxCrossEntropy>;

Broken network;
