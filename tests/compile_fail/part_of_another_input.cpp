// gcc: layer 0 Narrow<48, Vector<5>>: the input Vector<50> must have at least 53 values
// clang: tn::Must::have_at_least_this_many_values, 53
// nvcc: What=tn::Must::have_at_least_this_many_values, A=53, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Both = Inputs<Image<3, 4, 4>, Vector<5>>;
using Broken = Net<Vector<50>, Batch<4>, Seq<Both::Take<1>, Dense<4>>, SoftmaxCrossEntropy>;

Broken network;
