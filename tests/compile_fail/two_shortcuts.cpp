// gcc: layer 0 Residual: with the input Image<3, 32, 32> it must have at most 1 Shortcut, not 2
// clang: tn::Must::have_at_most_1_Shortcut, 2, 0
// nvcc: What=tn::Must::have_at_most_1_Shortcut, A=2, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken =
    Net<Image<3, 32, 32>, Batch<8>, Seq<Residual<Conv<4, 3>, Shortcut<Conv<4, 1>>, Shortcut<Conv<4, 1>>>, Dense<3>>,
        SoftmaxCrossEntropy>;

Broken network;
