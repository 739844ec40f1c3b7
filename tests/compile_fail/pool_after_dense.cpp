// gcc: layer 1 Pool<2>: the input Vector<10> must be an image
// clang: tn::layer<1>
// clang: tn::Pool<2>
// clang: tn::Must::be_an_image
// nvcc: Where=tn::layer<1>, Layer=tn::Pool<2>, Incoming=tn::incoming<10>, What=tn::Must::be_an_image, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<1, 8, 8>, Batch<4>, Seq<Dense<10>, Pool<2>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
