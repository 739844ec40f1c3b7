// gcc: the loss SoftmaxCrossEntropyPerPixel<2>: with the input Image<4, 8, 8> it must ignore a label that is none of the 4 classes, not 2
// clang: tn::detail::the_loss
// clang: tn::Must::ignore_a_label_that_is_none_of_the_classes, 4, 2
// nvcc: What=tn::Must::ignore_a_label_that_is_none_of_the_classes, A=4, B=2
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<1, 8, 8>, Batch<4>, Seq<Conv<4, 3>>, SoftmaxCrossEntropyPerPixel<2>>;

Broken network;
