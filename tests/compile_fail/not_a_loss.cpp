// gcc: it must be a loss: a type with name(), check(Shape) and gradient()
// clang: tn::Must::be_a_loss
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Vector<8>, Batch<4>, Seq<Dense<3>>, Relu>;

Broken network;
