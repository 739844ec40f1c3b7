// gcc: what the layers give: they give Image<8, 8, 8>, the way around them Image<6, 8, 8>
// clang: tn::Must::leave_the_shape_as_it_was_or_have_a_Shortcut_that_gives, 8, 6
// nvcc: What=tn::Must::leave_the_shape_as_it_was_or_have_a_Shortcut_that_gives, A=8, B=6
#include <dsl/typenet.hpp>

using namespace tn;

using Broken =
    Net<Image<4, 8, 8>, Batch<4>, Seq<Residual<Conv<8, 3>, Shortcut<Conv<6, 1>>>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
