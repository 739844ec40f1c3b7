// gcc: the initialiser of the network: with the input Vector<8> it must be an initialiser: Auto, He, LeCun, Xavier or Std<...>
// clang: tn::Must::be_an_initialiser
// nvcc: Where=tn::detail::the_initialiser, Layer=tn::detail::the_network, Incoming=tn::incoming<8>, What=tn::Must::be_an_initialiser, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Vector<8>, Batch<4>, Seq<Dense<3>>, SoftmaxCrossEntropy, Relu>;

Broken network;
