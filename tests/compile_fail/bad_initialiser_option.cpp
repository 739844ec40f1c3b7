// gcc: layer 0 Dense<4>: with the input Image<1, 8, 8> it must have only options it knows: Init<int>, option 1, is not one of them
// clang: tn::layer<0>
// clang: tn::Must::have_only_options_it_knows
// nvcc: Where=tn::layer<0>, Layer=tn::Dense<4, tn::Init<int>>, Incoming=tn::incoming<1, 8, 8>, What=tn::Must::have_only_options_it_knows, A=1, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<1, 8, 8>, Batch<4>, Seq<Dense<4, Init<int>>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
