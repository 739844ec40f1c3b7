// gcc: layer 0 GroupNorm<0>: with the input Image<2, 1, 9> it must have at least 1 group, not 0
// clang: tn::layer<0>, tn::GroupNorm<0>, tn::incoming<2, 1, 9>, tn::Must::have_at_least_1_group, 0, 0
// nvcc: Where=tn::layer<0>, Layer=tn::GroupNorm<0>, Incoming=tn::incoming<2, 1, 9>, What=tn::Must::have_at_least_1_group, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Signal<2, 9>, Batch<4>, Seq<GroupNorm<0>, Dense<2>>, SoftmaxCrossEntropy>;

Broken network;
