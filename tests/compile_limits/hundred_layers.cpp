// A network of 100 layers, and its training step: a test limits what the compiler needs for it.
#include "dsl/typenet.hpp"
#include "runtime/model/model.hpp"

using namespace tn;

// clang-format off
using Hundred = Net<Image<3, 32, 32>, Batch<16>, Seq<
    Conv<8, 3>, BN, Relu, Conv<8, 3>, BN, Relu, Conv<8, 3>, BN, Relu, Dropout<5>,
    Conv<9, 3>, BN, Relu, Conv<9, 3>, BN, Relu, Conv<9, 3>, BN, Relu, Dropout<10>,
    Conv<10, 3>, BN, Relu, Conv<10, 3>, BN, Relu, Conv<10, 3>, BN, Relu, Pool<2>,
    Conv<11, 3>, BN, Relu, Conv<11, 3>, BN, Relu, Conv<11, 3>, BN, Relu, Dropout<15>,
    Conv<12, 3>, BN, Relu, Conv<12, 3>, BN, Relu, Conv<12, 3>, BN, Relu, Dropout<20>,
    Conv<13, 3>, BN, Relu, Conv<13, 3>, BN, Relu, Conv<13, 3>, BN, Relu, Pool<2>,
    Conv<14, 3>, Sigmoid, Conv<14, 3>, Sigmoid, Conv<14, 3>, Sigmoid, Conv<14, 3>, Sigmoid, BN, Dropout<25>,
    Conv<15, 3>, BN, Relu, Conv<15, 3>, BN, Relu, Conv<15, 3>, BN, Relu, Pool<2>,
    Dense<64>, BN, Relu, Dense<63>, BN, Relu, Dense<62>, BN, Relu, Dropout<30>,
    Dense<61>, BN, Relu, Dense<60>, BN, Relu, Dense<59>, Sigmoid, Dropout<50>, Dense<10>>,
    SoftmaxCrossEntropy>;
// clang-format on

static_assert(Hundred::flat::size == 100);
static_assert(Hundred::output == Vector<10>);

int main() {
    cpu::Device device(1);
    Model<Hundred, Adam> model(device);
    return model.train(2, Adam{}).n == 2 ? 0 : 1;
}
