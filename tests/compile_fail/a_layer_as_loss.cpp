// gcc: the loss Softmax: with the input Vector<3> it must be a loss, as SoftmaxCrossEntropy: layers stand in the Seq<...>
// clang: tn::Must::be_a_loss_and_not_a_layer, 0, 0
// nvcc: What=tn::Must::be_a_loss_and_not_a_layer, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<3, 32, 32>, Batch<8>, Seq<Dense<3>>, Softmax>;

Broken network;
