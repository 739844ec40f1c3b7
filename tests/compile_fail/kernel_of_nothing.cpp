// gcc: layer 0 Conv<4, 0>: with the input Image<3, 32, 32> it must have a kernel of whole numbers: 3, or Kernel<3, 5>
// clang: tn::Must::have_a_kernel_of_whole_numbers, 0, 0
// nvcc: What=tn::Must::have_a_kernel_of_whole_numbers, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<3, 32, 32>, Batch<8>, Seq<Conv<4, nullptr>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
