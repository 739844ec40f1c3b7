// gcc: layer 0 Conv<3, 16>: with the input Image<3, 32, 32> it must name its filters before its kernel, as in Conv<16, 3>; so large a kernel needs a Pad<...> that says it is meant
// clang: tn::Must::name_its_filters_before_its_kernel, 16, 3
// nvcc: What=tn::Must::name_its_filters_before_its_kernel, A=16, B=3
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<3, 32, 32>, Batch<8>, Seq<Conv<3, 16>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
