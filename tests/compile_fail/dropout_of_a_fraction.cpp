// gcc: layer 1 Dropout<50>: with the input Vector<4> it must drop a whole number of percent, not a fraction: Dropout<50>
// clang: tn::Must::drop_a_whole_number_of_percent, 50, 0
// nvcc: What=tn::Must::drop_a_whole_number_of_percent, A=50, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<3, 32, 32>, Batch<8>, Seq<Dense<4>, Dropout<0.5>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
