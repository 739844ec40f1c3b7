// gcc: layer 1 SoftmaxCrossEntropy: with the input Vector<3> it must be a layer: the loss is named behind the Seq<...>
// clang: tn::Must::be_a_layer_and_not_a_loss, 0, 0
// nvcc: What=tn::Must::be_a_layer_and_not_a_loss, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<3, 32, 32>, Batch<8>, Seq<Dense<3>, SoftmaxCrossEntropy>, SoftmaxCrossEntropy>;

Broken network;
