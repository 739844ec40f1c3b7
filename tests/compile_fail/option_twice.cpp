// gcc: it must have each option once: Stride<2>, option 2, is given again
// clang: tn::Must::have_each_option_once, 2
// nvcc: Where=tn::layer<0>, Layer=tn::Conv<4, 3, tn::Stride<1, 1>, tn::Stride<2, 2>>, Incoming=tn::incoming<1, 8, 8>, What=tn::Must::have_each_option_once, A=2, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<1, 8, 8>, Batch<4>, Seq<Conv<4, 3, Stride<1>, Stride<2>>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
