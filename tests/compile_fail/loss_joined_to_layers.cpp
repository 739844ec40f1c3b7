// gcc: typenet: network<Input, Batch>(...) takes the layers, joined by |, then the loss: (Dense<8>{} | Relu{} | Dense<2>{}, SoftmaxCrossEntropy{})
// clang: typenet: what is joined by | must be layers; the loss is the second argument of network<...>(...)
// nvcc: typenet: network<Input, Batch>(...) takes the layers, joined by |, then the loss: (Dense<8>{} | Relu{} | Dense<2>{}, SoftmaxCrossEntropy{})
#include <dsl/typenet.hpp>

using namespace tn;

constexpr auto n = network<Vector<2>, Batch<4>>(Dense<3>{} | SoftmaxCrossEntropy{});
