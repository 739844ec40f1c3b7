// gcc: layer 0 Concat: with the input Image<4, 4, 4> it must give every branch the same height and width as the first, 8 x 8
// clang: tn::layer<0>
// clang: tn::Must::give_every_branch_the_same_height_and_width_as_the_first, 8, 8
// nvcc: Where=tn::layer<0>, Layer=tn::JoinBranches, Incoming=tn::incoming<4, 4, 4>, What=tn::Must::give_every_branch_the_same_height_and_width_as_the_first, A=8, B=8
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<4, 8, 8>, Batch<4>, Seq<Concat<Conv<4, 3>, Pool<2>>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
