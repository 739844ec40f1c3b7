// gcc: layer 1 LayerNormWith<Epsilon<0>>: with the input Vector<6> it must have an epsilon above 0
// clang: tn::layer<1>, tn::LayerNormWith<tn::Epsilon<
// clang: tn::incoming<6>, tn::Must::have_an_epsilon_above_0, 0, 0
// nvcc: Where=tn::layer<1>
// nvcc: What=tn::Must::have_an_epsilon_above_0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Vector<4>, Batch<4>, Seq<Dense<6>, LayerNormWith<Epsilon<0>>, Dense<2>>, SoftmaxCrossEntropy>;

Broken network;
