// gcc: the network: with the input Vector<8> it must have a batch of at least 1, not 0
// clang: tn::Must::have_a_batch_of_at_least_1
// nvcc: Where=tn::detail::the_batch, Layer=tn::detail::the_network, Incoming=tn::incoming<8>, What=tn::Must::have_a_batch_of_at_least_1, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Vector<8>, Batch<0>, Seq<Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
