// gcc: typenet: the optimizer of a model must be one, as in Model<Network, Adam>
// clang: typenet: the optimizer of a model must be one, as in Model<Network, Adam>
// nvcc: typenet: the optimizer of a model must be one, as in Model<Network, Adam>
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<3, 32, 32>, Batch<8>, Seq<Dense<3>>, SoftmaxCrossEntropy>;
int main() {
    cpu::Device d;
    Model<Broken, Relu> m(d);
    m.train(1, Relu{});
}
