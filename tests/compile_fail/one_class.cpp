// gcc: the loss SoftmaxCrossEntropy: the input Vector<1> must be a vector of at least 2 classes
// clang: tn::Must::end_in_at_least_2_classes
// nvcc: Where=tn::detail::the_loss, Layer=tn::SoftmaxCrossEntropy, Incoming=tn::incoming<1>, What=tn::Must::end_in_at_least_2_classes, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Vector<8>, Batch<4>, Seq<Dense<1>>, SoftmaxCrossEntropy>;

Broken network;
