// gcc: the loss SoftmaxCrossEntropy: the input Vector<1> must be a vector of at least 2 classes
// clang: tn::Must::end_in_at_least_2_classes
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Vector<8>, Batch<4>, Seq<Dense<1>>, SoftmaxCrossEntropy>;

Broken network;
