// gcc: layer 0 Conv<3, 3>: the input Vector<2> must be an image
// clang: tn::Must::be_an_image, 0, 0
// nvcc: What=tn::Must::be_an_image, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

constexpr auto n = network<Vector<2>, Batch<4>>(Conv<3, 3>{} | Relu{}, SoftmaxCrossEntropy{});
