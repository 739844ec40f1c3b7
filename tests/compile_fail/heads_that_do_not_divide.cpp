// gcc: layer 1 Attention<4>: the input Image<6, 1, 9> must have a number of channels that can be divided by 4
// clang: tn::layer<1>, tn::Attention<4>, tn::incoming<6, 1, 9>, tn::Must::have_channels_that_can_be_divided_by, 4, 0
// nvcc: Where=tn::layer<1>, Layer=tn::Attention<4>, Incoming=tn::incoming<6, 1, 9>, What=tn::Must::have_channels_that_can_be_divided_by, A=4, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Signal<2, 9>, Batch<4>, Seq<Conv<6, 1>, Attention<4>, Dense<2>>, SoftmaxCrossEntropy>;

Broken network;
