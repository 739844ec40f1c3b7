// gcc: layer 0 LeakyRelu<1.5>: with the input Vector<8> it must have a slope of at least 0 and below 1
// clang: tn::Must::have_a_slope_of_at_least_0_and_below_1
// nvcc: Where=tn::layer<0>
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Vector<8>, Batch<4>, Seq<LeakyRelu<1.5>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
