// gcc: layer 4 AvgPool<2>: the input Image<64, 1, 1> must be at least 2 high and 2 wide
// clang: tn::layer<4>
// clang: tn::AvgPool<2>
// clang: tn::incoming<64, 1, 1>
// clang: tn::Must::be_at_least_high_and_wide, 2, 2
// nvcc: Where=tn::layer<4>, Layer=tn::AvgPool<2>, Incoming=tn::incoming<64, 1, 1>, What=tn::Must::be_at_least_high_and_wide, A=2, B=2
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<1, 8, 8>, Batch<4>, Seq<Conv<64, 3>, AvgPool<2>, AvgPool<2>, AvgPool<2>, AvgPool<2>, Dense<3>>,
                   SoftmaxCrossEntropy>;

Broken network;
