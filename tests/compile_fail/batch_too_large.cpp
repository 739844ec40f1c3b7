// gcc: the network: with the input Image<3, 32, 32> it must have at most 2147483647 values in a batch, not 100000000 samples of Image<3, 32, 32>
// clang: tn::Must::have_a_smaller_batch, 100000000, 0
// nvcc: What=tn::Must::have_a_smaller_batch, A=100000000, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<3, 32, 32>, Batch<100000000>, Seq<Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
