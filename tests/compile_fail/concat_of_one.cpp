// gcc: it must have at least 2 branches, not 1
// clang: tn::Must::have_at_least_2_branches, 1
// nvcc: Where=tn::layer<0>, Layer=tn::Fork<1>, Incoming=tn::incoming<4, 8, 8>, What=tn::Must::have_at_least_2_branches, A=1, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<4, 8, 8>, Batch<4>, Seq<Concat<Conv<4, 3>>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
