// gcc: layer 1 Shortcut: with the input Image<4, 32, 32> it must stand directly within a Residual<...>
// clang: tn::Must::stand_directly_within_a_Residual, 0, 0
// nvcc: What=tn::Must::stand_directly_within_a_Residual, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<3, 32, 32>, Batch<8>, Seq<Conv<4, 3>, Shortcut<Conv<4, 1>>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
