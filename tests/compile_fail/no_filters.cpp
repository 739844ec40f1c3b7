// gcc: layer 0 Conv<0, 3>: with the input Image<1, 8, 8> it must have at least 1 filter, not 0
// clang: tn::Must::have_at_least_1_filter
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<1, 8, 8>, Batch<4>, Seq<Conv<0, 3>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
