// gcc: layer 0 Conv<4, 3, Pad<1, 2, 3>>: with the input Image<3, 32, 32> it must have a pad of 1, 2 or 4 numbers, not 3
// clang: tn::Must::have_a_pad_of_1_2_or_4_numbers, 3, 0
// nvcc: What=tn::Must::have_a_pad_of_1_2_or_4_numbers, A=3, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<3, 32, 32>, Batch<8>, Seq<Conv<4, 3, Pad<1, 2, 3>>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
