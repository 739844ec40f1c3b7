// gcc: it must have a stride of at least 1, not 0
// clang: tn::Must::have_a_stride_of_at_least_1
// nvcc: Where=tn::layer<0>, Layer=tn::Conv<4, 3, tn::Stride<0, 0>>, Incoming=tn::incoming<1, 8, 8>, What=tn::Must::have_a_stride_of_at_least_1, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<1, 8, 8>, Batch<4>, Seq<Conv<4, 3, Stride<0>>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
