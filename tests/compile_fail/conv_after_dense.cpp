// gcc: layer 1 Conv<4, 3>: the input Vector<10> must be an image
// clang: tn::layer<1>
// clang: tn::Conv<4, 3>
// clang: tn::incoming<10>
// clang: tn::Must::be_an_image
// nvcc: Where=tn::layer<1>, Layer=tn::Conv<4, 3>, Incoming=tn::incoming<10>, What=tn::Must::be_an_image, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<1, 8, 8>, Batch<4>, Seq<Dense<10>, Conv<4, 3>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
