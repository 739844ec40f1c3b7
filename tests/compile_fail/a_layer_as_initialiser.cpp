// gcc: layer 0 Dense<3>: with the input Image<3, 32, 32> it must have only options it knows: Init<Relu>, option 1, is not one of them
// clang: tn::Must::have_only_options_it_knows, 1, 0
// nvcc: What=tn::Must::have_only_options_it_knows, A=1, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<3, 32, 32>, Batch<8>, Seq<Dense<3, Init<Relu>>>, SoftmaxCrossEntropy>;

Broken network;
