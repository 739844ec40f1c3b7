// gcc: layer 0 Reshape<>: with the input Image<1, 1, 8> it must name 1 to 3 extents, not 0
// clang: tn::layer<0>, tn::Reshape<>, tn::incoming<1, 1, 8>, tn::Must::name_1_to_3_extents, 0, 0
// nvcc: Where=tn::layer<0>, Layer=tn::Reshape<>, Incoming=tn::incoming<1, 1, 8>, What=tn::Must::name_1_to_3_extents, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Signal<1, 8>, Batch<4>, Seq<Reshape<>, Dense<2>>, SoftmaxCrossEntropy>;

Broken network;
