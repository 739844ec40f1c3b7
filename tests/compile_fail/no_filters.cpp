// gcc: layer 0 Conv<0, 3>: with the input Image<1, 8, 8> it must have at least 1 filter, not 0
// clang: tn::Must::have_at_least_1_filter
// nvcc: Where=tn::layer<0>, Layer=tn::Conv<0, 3>, Incoming=tn::incoming<1, 8, 8>, What=tn::Must::have_at_least_1_filter, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<1, 8, 8>, Batch<4>, Seq<Conv<0, 3>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
