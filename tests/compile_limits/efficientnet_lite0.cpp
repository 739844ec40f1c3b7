// A training step of EfficientNetLite0: a test limits what the compilers need for it.
#include "dsl/networks/efficientnet_lite.hpp"
#include "dsl/typenet.hpp"

using namespace tn;

using Network = Net<Image<3, 224, 224>, Batch<4>, networks::EfficientNetLite0<>, SoftmaxCrossEntropy>;

int main() {
    cpu::Device device;
    Model<Network, Adam> model(device);
    return model.train(2, Adam{}).n == 2 ? 0 : 1;
}
