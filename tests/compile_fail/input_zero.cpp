// gcc: the input of the network: with the input Image<1, 0, 8> it must be at least 1 in every extent
// clang: tn::Must::be_at_least_1_in_every_extent
// nvcc: Where=tn::detail::the_input, Layer=tn::detail::the_network, Incoming=tn::incoming<1, 0, 8>, What=tn::Must::be_at_least_1_in_every_extent, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<1, 0, 8>, Batch<4>, Seq<Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
