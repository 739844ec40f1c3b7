// A training step of ResNet50 in two thirds of its memory: a test limits what the compilers need for the search.
#include "dsl/networks/resnet.hpp"
#include "dsl/typenet.hpp"

using namespace tn;

using Network = Net<Image<3, 224, 224>, Batch<8>, networks::ResNet50<>, SoftmaxCrossEntropy, Within<900_MiB>>;

int main() {
    cpu::Device device;
    Model<Network, Adam> model(device);
    return model.train(2, Adam{}).n == 2 ? 0 : 1;
}
