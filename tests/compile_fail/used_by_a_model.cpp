// gcc: layer 1 Pool<2>: the input Image<64, 1, 1> must be at least 2 high and 2 wide
// clang: tn::layer<1>, tn::Pool<2>, tn::incoming<64, 1, 1>, tn::Must::be_at_least_high_and_wide, 2, 2
// nvcc: Where=tn::layer<1>, Layer=tn::Pool<2>, Incoming=tn::incoming<64, 1, 1>, What=tn::Must::be_at_least_high_and_wide, A=2, B=2
#include <dsl/typenet.hpp>
#include <runtime/model/model.hpp>

using namespace tn;

using Broken = Net<Image<1, 1, 1>, Batch<4>, Seq<Conv<64, 3>, Pool<2>, Dense<3>>, SoftmaxCrossEntropy>;

int main() {
    cpu::Device device;
    Model<Broken, Adam> model(device);
    model.train(4, Adam{});
}
