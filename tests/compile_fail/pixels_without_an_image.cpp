// gcc: the loss SoftmaxCrossEntropyPerPixel<>: the input Vector<4> must be an image
// clang: tn::detail::the_loss
// clang: tn::Must::be_an_image
// nvcc: Where=tn::detail::the_loss, Layer=tn::SoftmaxCrossEntropyPerPixel<-1>, Incoming=tn::incoming<4>, What=tn::Must::be_an_image, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<1, 8, 8>, Batch<4>, Seq<Conv<4, 3>, Dense<4>>, SoftmaxCrossEntropyPerPixel<>>;

Broken network;
