// gcc: layer 0 Conv<8, 7, Pad<0>>: the input Image<3, 4, 4> must be at least 7 high and 7 wide
// clang: tn::layer<0>
// clang: tn::incoming<3, 4, 4>
// clang: tn::Must::be_at_least_high_and_wide, 7, 7
// nvcc: Where=tn::layer<0>, Layer=tn::Conv<8, 7, tn::Pad<0>>, Incoming=tn::incoming<3, 4, 4>, What=tn::Must::be_at_least_high_and_wide, A=7, B=7
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<3, 4, 4>, Batch<4>, Seq<Conv<8, 7, Pad<0>>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
