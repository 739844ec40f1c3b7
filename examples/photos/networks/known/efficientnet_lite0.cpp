// EfficientNet-Lite0, for photographs in colour and weights of ImageNet.
#include <dsl/networks/efficientnet_lite.hpp>

#include "examples/photos/networks/network_types.hpp"
#include "examples/photos/networks/register_network.hpp"

namespace photos {

namespace {

/// The names in efficientnet-lite-pytorch.
std::vector<std::string> names_of_pytorch() {
    std::vector<std::string> names;
    append_convolution(names, "_conv_stem", "_bn0");
    for (int block = 0; block < 16; ++block) {
        const std::string at = "_blocks." + std::to_string(block) + ".";
        if (block > 0) append_convolution(names, at + "_expand_conv", at + "_bn0");
        append_convolution(names, at + "_depthwise_conv", at + "_bn1");
        append_convolution(names, at + "_project_conv", at + "_bn2");
    }
    append_convolution(names, "_conv_head", "_bn1");
    names.insert(names.end(), {"_fc.weight", "_fc.bias"});
    return names;
}

/// The names in timm, of tf_efficientnet_lite0.
std::vector<std::string> names_of_timm() {
    std::vector<std::string> names;
    append_convolution(names, "conv_stem", "bn1");
    append_convolution(names, "blocks.0.0.conv_dw", "blocks.0.0.bn1");
    append_convolution(names, "blocks.0.0.conv_pw", "blocks.0.0.bn2");
    int stage = 1;
    for (const int blocks : {2, 2, 3, 3, 4, 1}) {
        for (int block = 0; block < blocks; ++block) {
            const std::string at = "blocks." + std::to_string(stage) + "." + std::to_string(block) + ".";
            append_convolution(names, at + "conv_pw", at + "bn1");
            append_convolution(names, at + "conv_dw", at + "bn2");
            append_convolution(names, at + "conv_pwl", at + "bn3");
        }
        ++stage;
    }
    append_convolution(names, "conv_head", "bn2");
    names.insert(names.end(), {"classifier.weight", "classifier.bias"});
    return names;
}

struct EfficientNetLite0 {
    static constexpr const char* name = "efficientnet-lite0";
    static constexpr const char* purpose =
        "photographs in colour, with weights of ImageNet: photos weights fetches them";
    template <int Samples>
    using Of = Net<Image<3, 224, 224>, Batch<Samples>, networks::EfficientNetLite0<1000>, SoftmaxCrossEntropy>;
    static constexpr int infer_batch = 16;
    using TrainBatches = std::integer_sequence<int, 32>;
    static constexpr int tune_batch = 32;
    static constexpr Fit fit = Fit::centre;
    static constexpr std::optional<Normalise> normalise =
        Normalise{{127 / 255.f, 127 / 255.f, 127 / 255.f}, {128 / 255.f, 128 / 255.f, 128 / 255.f}};
    static std::vector<TensorNames> tensor_names() { return {names_of_pytorch(), names_of_timm()}; }
};

const RegisterNetwork<EfficientNetLite0> registered;

}  // namespace

}  // namespace photos
