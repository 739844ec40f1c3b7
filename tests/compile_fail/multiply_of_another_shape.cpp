// gcc: layer 1 Multiply: with the input Image<4, 7, 7> it must give the shape of the input or one value for each of its 4 channels
// clang: tn::Must::give_the_shape_of_the_input_or_one_value_for_each_channel
// nvcc: Where=tn::layer<1>
#include <dsl/typenet.hpp>

using namespace tn;

using Broken =
    Net<Image<1, 7, 7>, Batch<4>, Seq<Conv<4, 3>, Multiply<Conv<3, 1>, Sigmoid>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
