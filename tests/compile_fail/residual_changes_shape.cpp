// gcc: layer 1 Residual: with the input Image<4, 8, 8> it must leave the shape as it was, or have a Shortcut<...> that gives what the layers give: they give Image<8, 8, 8>, the way around them Image<4, 8, 8>
// clang: tn::layer<1>
// clang: tn::Must::leave_the_shape_as_it_was_or_have_a_Shortcut_that_gives
// nvcc: Where=tn::layer<1>, Layer=tn::AddBranches, Incoming=tn::incoming<4, 8, 8>, What=tn::Must::leave_the_shape_as_it_was_or_have_a_Shortcut_that_gives, A=8, B=4
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<4, 8, 8>, Batch<4>, Seq<Relu, Residual<Conv<8, 3>>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
