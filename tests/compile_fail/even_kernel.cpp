// gcc: layer 0 Conv<4, 2>: with the input Image<1, 8, 8> it must name its pad, as in Pad<0>, because an even kernel cannot keep height and width
// clang: tn::Must::name_its_pad_because_an_even_kernel_cannot_keep_height_and_width
// nvcc: Where=tn::layer<0>, Layer=tn::Conv<4, 2>, Incoming=tn::incoming<1, 8, 8>, What=tn::Must::name_its_pad_because_an_even_kernel_cannot_keep_height_and_width, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<1, 8, 8>, Batch<4>, Seq<Conv<4, 2>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
