// gcc: the loss Adam: with the input Vector<3> it must be a loss, as SoftmaxCrossEntropy: the optimizer is named by what trains, as in Model<Network, Adam>
// clang: tn::Must::be_a_loss_and_not_an_optimizer, 0, 0
// nvcc: What=tn::Must::be_a_loss_and_not_an_optimizer, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<3, 32, 32>, Batch<8>, Seq<Dense<3>>, Adam>;

Broken network;
