// gcc: layer 0 Dense<2000000>: with the input Image<3, 32, 32> it must leave the network at most 4294967295 trained values
// clang: tn::Must::have_at_most_4294967295_trained_values, 0, 0
// nvcc: What=tn::Must::have_at_most_4294967295_trained_values, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<3, 32, 32>, Batch<8>, Seq<Dense<2000000>, Dense<2000000>>, SoftmaxCrossEntropy>;

Broken network;
