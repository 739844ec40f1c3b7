// gcc: layer 1 ClassToken: the input Vector<6> must be an image
// clang: tn::layer<1>, tn::ClassToken, tn::incoming<6>, tn::Must::be_an_image, 0, 0
// nvcc: Where=tn::layer<1>, Layer=tn::ClassToken, Incoming=tn::incoming<6>, What=tn::Must::be_an_image, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Signal<2, 9>, Batch<4>, Seq<Dense<6>, ClassToken, Dense<2>>, SoftmaxCrossEntropy>;

Broken network;
