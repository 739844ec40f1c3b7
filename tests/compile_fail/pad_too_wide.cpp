// gcc: it must have a pad from 0 to 2, not 3
// clang: tn::Must::have_a_pad_from_0_to_kernel_minus_1, 2, 3
// nvcc: Where=tn::layer<0>, Layer=tn::Conv<4, 3, tn::Pad<3>>, Incoming=tn::incoming<1, 8, 8>, What=tn::Must::have_a_pad_from_0_to_kernel_minus_1, A=2, B=3
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<1, 8, 8>, Batch<4>, Seq<Conv<4, 3, Pad<3>>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
