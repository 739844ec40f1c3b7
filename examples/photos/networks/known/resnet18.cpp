// ResNet-18, for photographs in colour and weights of ImageNet.
#include <dsl/networks/resnet.hpp>

#include "examples/photos/networks/network_types.hpp"
#include "examples/photos/networks/register_network.hpp"

namespace photos {

namespace {

/// The names in torchvision and timm.
std::vector<std::string> names_of_torchvision() {
    std::vector<std::string> names;
    append_convolution(names, "conv1", "bn1");
    for (int layer = 1; layer <= 4; ++layer)
        for (int block = 0; block < 2; ++block) {
            const std::string at = "layer" + std::to_string(layer) + "." + std::to_string(block) + ".";
            append_convolution(names, at + "conv1", at + "bn1");
            append_convolution(names, at + "conv2", at + "bn2");
            if (layer > 1 && block == 0) append_convolution(names, at + "downsample.0", at + "downsample.1");
        }
    names.insert(names.end(), {"fc.weight", "fc.bias"});
    return names;
}

struct ResNet18 {
    static constexpr const char* name = "resnet18";
    static constexpr const char* purpose = "photographs in colour, with weights of torchvision or timm";
    template <int Samples>
    using Of = Net<Image<3, 224, 224>, Batch<Samples>, networks::ResNet18<1000>, SoftmaxCrossEntropy>;
    static constexpr int infer_batch = 16;
    using TrainBatches = std::integer_sequence<int, 32>;
    static constexpr int tune_batch = 32;
    static constexpr Fit fit = Fit::centre;
    static constexpr std::optional<Normalise> normalise = Normalise{{0.485f, 0.456f, 0.406f}, {0.229f, 0.224f, 0.225f}};
    static std::vector<TensorNames> tensor_names() { return {names_of_torchvision()}; }
};

const RegisterNetwork<ResNet18> registered;

}  // namespace

}  // namespace photos
