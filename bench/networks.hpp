// The networks that are compared with the peers, by name; bench/peers/torch_networks.py has the same ones.
#pragma once

#include <dsl/networks/efficientnet_lite.hpp>
#include <dsl/networks/lenet5.hpp>
#include <dsl/networks/mobilenet_v2.hpp>
#include <dsl/networks/resnet.hpp>
#include <dsl/networks/squeezenet.hpp>
#include <dsl/networks/unet.hpp>
#include <dsl/networks/vit.hpp>
#include <dsl/typenet.hpp>

namespace bench::networks {

using namespace tn;

template <Shape Input, int Samples, class Body>
using Classifier = Net<Input, Batch<Samples>, Body, SoftmaxCrossEntropy>;

using lenet5 = Classifier<Image<1, 28, 28>, 64, tn::networks::LeNet5Today<10>>;
using mlp = Classifier<Image<1, 28, 28>, 64, Seq<Dense<512>, Relu, Dense<512>, Relu, Dense<10>>>;
using mlp_norm = Classifier<Image<1, 28, 28>, 64, Seq<Dense<512>, BN, Sigmoid, Dense<512>, BN, Sigmoid, Dense<10>>>;

/// VGG-11 for images of 32 x 32, with one dense layer behind it.
template <class... Behind> struct Vgg {
    template <int Filters> using Layer = Seq<Conv<Filters, 3>, Behind..., Relu>;
    using type = Seq<Layer<64>, Pool<2>, Layer<128>, Pool<2>, Layer<256>, Layer<256>, Pool<2>, Layer<512>, Layer<512>,
                     Pool<2>, Layer<512>, Layer<512>, Pool<2>, Dense<10>>;
};
using vgg11 = Classifier<Image<3, 32, 32>, 64, typename Vgg<>::type>;
using vgg11_norm = Classifier<Image<3, 32, 32>, 64, typename Vgg<BN>::type>;
using resnet18_cifar = Classifier<Image<3, 32, 32>, 64, tn::networks::ResNet18Cifar<10>>;
using resnet18 = Classifier<Image<3, 224, 224>, 16, tn::networks::ResNet18<1000>>;

/// Residual blocks that normalise first (He and others, "Identity mappings in deep residual networks", 2016).
template <int C> using PreActivation = Residual<BN, Relu, Conv<C, 3, NoBias>, BN, Relu, Conv<C, 3, NoBias>>;
using pre_activation =
    Classifier<Image<3, 32, 32>, 64,
               Seq<Conv<32, 3, NoBias>, PreActivation<32>, PreActivation<32>, Conv<64, 3, Stride<2>, NoBias>,
                   PreActivation<64>, PreActivation<64>, BN, Relu, GlobalAvgPool, Dense<10>>>;
using mobilenet_v2 = Classifier<Image<3, 224, 224>, 16, tn::networks::MobileNetV2<1000>>;
using efficientnet_lite0 = Classifier<Image<3, 224, 224>, 16, tn::networks::EfficientNetLite0<1000>>;
using squeezenet = Classifier<Image<3, 224, 224>, 16, tn::networks::SqueezeNet<1000>>;
using unet = Net<Image<3, 128, 128>, Batch<8>, tn::networks::UNet<2, 16>, SoftmaxCrossEntropyPerPixel<>>;
using vit_tiny = Classifier<Image<3, 224, 224>, 8, tn::networks::ViTTiny<1000>>;

}  // namespace bench::networks
