// gcc: it must have only options it knows: int, option 2, is not one of them
// clang: tn::Must::have_only_options_it_knows, 2
// nvcc: Where=tn::layer<0>, Layer=tn::Conv<4, 3, tn::Stride<1, 1>, int>, Incoming=tn::incoming<1, 8, 8>, What=tn::Must::have_only_options_it_knows, A=2, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<1, 8, 8>, Batch<4>, Seq<Conv<4, 3, Stride<1>, int>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
