// gcc: layer 0 Dense<0>: with the input Vector<8> it must have at least 1 output, not 0
// clang: tn::incoming<8>
// clang: tn::Must::have_at_least_1_output
// nvcc: Where=tn::layer<0>, Layer=tn::Dense<0>, Incoming=tn::incoming<8>, What=tn::Must::have_at_least_1_output, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Vector<8>, Batch<4>, Seq<Dense<0>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
