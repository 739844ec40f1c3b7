// gcc: typenet: a model is trained with the optimizer that it names, as in Model<Network, Adam>; one that names none only infers
// clang: typenet: a model is trained with the optimizer that it names, as in Model<Network, Adam>; one that names none only infers
// nvcc: typenet: a model is trained with the optimizer that it names, as in Model<Network, Adam>; one that names none only infers
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<3, 32, 32>, Batch<8>, Seq<Dense<3>>, SoftmaxCrossEntropy>;
int main() {
    cpu::Device d;
    Model<Broken, Adam> m(d);
    m.train(1, SGD{});
}
