// gcc: layer 0 Apply: with the input Vector<8> it must have a formula of at most 24 steps and 6 constants, not 25 and 0
// clang: tn::Must::have_a_formula_of_at_most_24_steps_and_6_constants
// nvcc: Where=tn::layer<0>
#include <dsl/typenet.hpp>

using namespace tn;

constexpr Expression sum = x + x + x + x + x + x;
using Broken = Net<Vector<8>, Batch<4>, Seq<Apply<sum + sum + x>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
