// gcc: it must be a loss: a type with name(), check(Shape) and gradient()
// clang: tn::Must::be_a_loss
// nvcc: Where=tn::detail::the_loss, Layer=int, Incoming=tn::incoming<3>, What=tn::Must::be_a_loss, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Vector<8>, Batch<4>, Seq<Dense<3>>, int>;

Broken network;
