// gcc: the optimizer of a model must be one, as in Model<Network, Adam>
// clang: the optimizer of a model must be one, as in Model<Network, Adam>
// nvcc: the optimizer of a model must be one, as in Model<Network, Adam>
#include <dsl/typenet.hpp>

using namespace tn;

using Network = Net<Vector<8>, Batch<4>, Seq<Dense<3>>, SoftmaxCrossEntropy>;

Model<Network, SoftmaxCrossEntropy>* model;
using Weights = decltype(model->tensors());
