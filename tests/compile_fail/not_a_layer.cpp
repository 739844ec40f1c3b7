// gcc: layer 1 int: with the input Vector<4> it must be a layer: a type with static constexpr name() and output(Shape)
// clang: tn::layer<1>, int
// clang: tn::Must::be_a_layer
// nvcc: Where=tn::layer<1>, Layer=int, Incoming=tn::incoming<4>, What=tn::Must::be_a_layer, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Vector<8>, Batch<4>, Seq<Dense<4>, int, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
