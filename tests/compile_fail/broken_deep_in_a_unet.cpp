// gcc: layer 1.0.1.1.0.1.1.0.1.1 Pool<9>: the input Image<2, 8, 8> must be at least 9 high and 9 wide
// clang: tn::layer<1, 0, 1, 1, 0, 1, 1, 0, 1, 1>
// clang: tn::Pool<9>
// nvcc: Where=tn::layer<1, 0, 1, 1, 0, 1, 1, 0, 1, 1>, Layer=tn::Pool<9>, Incoming=tn::incoming<2, 8, 8>,
// What=tn::Must::be_at_least_high_and_wide, A=9, B=9
#include <dsl/typenet.hpp>

using namespace tn;

/// A level of a U-Net without its sampling: what passes by, joined to what comes from the levels below.
template <class Below> using Level = Concat<Seq<Conv<2, 3>, Seq<Relu, Below>>, Conv<2, 1>>;

using Broken = Net<Image<2, 8, 8>, Batch<4>, Seq<Relu, Level<Level<Level<Pool<9>>>>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
