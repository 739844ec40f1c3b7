// gcc: layer 1.1 Pool<9>: the input Image<4, 8, 8> must be at least 9 high and 9 wide
// clang: tn::layer<1, 1>
// clang: tn::Pool<9>
// nvcc: Where=tn::layer<1, 1>, Layer=tn::Pool<9>, Incoming=tn::incoming<4, 8, 8>, What=tn::Must::be_at_least_high_and_wide, A=9, B=9
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<4, 8, 8>, Batch<4>, Seq<Relu, Residual<Conv<4, 3>, Pool<9>>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
