// gcc: the loss SoftmaxCrossEntropy: the input Image<4, 8, 8> must be a vector: end the network in a Dense layer
// clang: tn::detail::the_loss
// clang: tn::Must::end_in_a_vector
// nvcc: Where=tn::detail::the_loss, Layer=tn::SoftmaxCrossEntropy, Incoming=tn::incoming<4, 8, 8>, What=tn::Must::end_in_a_vector, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<1, 8, 8>, Batch<4>, Seq<Conv<4, 3>>, SoftmaxCrossEntropy>;

Broken network;
