// gcc: layer 0 Reshape<3, 20>: the input Image<1, 8, 8> must have 60 values
// clang: tn::layer<0>, tn::Reshape<3, 20>, tn::incoming<1, 8, 8>, tn::Must::have_as_many_values, 60, 0
// nvcc: Where=tn::layer<0>, Layer=tn::Reshape<3, 20>, Incoming=tn::incoming<1, 8, 8>, What=tn::Must::have_as_many_values, A=60, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<1, 8, 8>, Batch<4>, Seq<Reshape<3, 20>, Dense<2>>, SoftmaxCrossEntropy>;

Broken network;
