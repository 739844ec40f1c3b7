// gcc: layer 0 Conv<64, 3>: with the input Image<1, 4096, 4096> it must have at most 2147483647 values in a batch
// clang: tn::Must::have_at_most_2147483647_values
// nvcc: Where=tn::layer<0>, Layer=tn::Conv<64, 3>, Incoming=tn::incoming<1, 4096, 4096>, What=tn::Must::have_at_most_2147483647_values, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<1, 4096, 4096>, Batch<64>, Seq<Conv<64, 3>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
