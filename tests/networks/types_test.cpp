// Networks that have no counterpart in torchvision, and sizes of those that are compared elsewhere in small.
#define BOOST_TEST_MODULE network_types
#include <boost/test/unit_test.hpp>
#include <memory>

#include "dsl/networks/alexnet.hpp"
#include "dsl/networks/audio.hpp"
#include "dsl/networks/autoencoder.hpp"
#include "dsl/networks/mobilenet_v2.hpp"
#include "dsl/networks/squeezenet.hpp"
#include "dsl/networks/text.hpp"
#include "dsl/networks/unet.hpp"
#include "dsl/networks/vgg.hpp"
#include "dsl/networks/vit.hpp"
#include "dsl/typenet.hpp"

using namespace tn;

namespace {

template <Shape In, class Body, class L = SoftmaxCrossEntropy> using Of = Net<In, Batch<4>, Body, L>;
constexpr Shape photograph = Image<3, 224, 224>;

// As torchvision and timm count them.
static_assert(Of<photograph, networks::AlexNet<>>::parameters == 61'100'840);
static_assert(Of<photograph, networks::Vgg11<>>::parameters == 132'863'336);
static_assert(Of<photograph, networks::Vgg16<>>::parameters == 138'357'544);
static_assert(Of<photograph, networks::Vgg11BiasedNorm<>>::parameters == 132'868'840);  // vgg11_bn
static_assert(Of<photograph, networks::Vgg16BiasedNorm<>>::parameters == 138'365'992);  // vgg16_bn
static_assert(Of<photograph, networks::SqueezeNet<>>::parameters == 1'235'496);
static_assert(Of<photograph, networks::MobileNetV2<>>::parameters == 3'504'872);
static_assert(Of<photograph, networks::ViTTiny<>>::parameters == 5'717'416);

/// Some steps on one batch, after which the loss is less than half of what it was.
template <class N, class Fill> void learns(int steps, Fill fill) {
    cpu::Device device;
    const auto model = std::make_unique<Model<N, Adam>>(device, 1);
    fill(*model);
    const double first = model->train(N::batch, Adam{0.003f}).loss;
    double last = first;
    for (int i = 1; i < steps; ++i) last = model->train(N::batch, Adam{0.003f}).loss;
    BOOST_TEST(last < first / 2, "the loss goes from " << first << " to " << last);
}

const auto noise = [](auto& model) {
    Random random(3, 1, 1);
    for (float& v : model.input()) v = random.normal();
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_u_net_learns_the_classes_of_pixels) {
    using N = Of<Image<1, 16, 16>, networks::UNet<2, 4, 2>, SoftmaxCrossEntropyPerPixel<>>;
    static_assert(N::output == Image<2, 16, 16>);
    learns<N>(150, [](auto& model) {
        noise(model);
        std::vector<int> classes;
        for (const float v : model.input()) classes.push_back(v > 0);
        model.set_labels(classes);
    });
}

BOOST_AUTO_TEST_CASE(an_autoencoder_learns_its_input) {
    using N = Of<Image<1, 16, 16>, networks::Autoencoder<1, 8>, MeanSquaredError>;
    static_assert(N::output == N::input);
    learns<N>(60, [](auto& model) {
        std::vector<float> stripes;
        for (int i = 0; i < 4 * 16 * 16; ++i) stripes.push_back((i / (i / 256 + 1)) % 4 < 2 ? 0.1f : 0.9f);
        model.set_input(stripes);
        model.set_targets(stripes);
    });
}

BOOST_AUTO_TEST_CASE(a_network_for_sound_learns) {
    using N = Of<Signal<1, 2000>, networks::AudioM5<4, 8>>;
    learns<N>(30, [](auto& model) {
        noise(model);
        model.set_labels(std::vector<int>{0, 1, 2, 3});
    });
}

BOOST_AUTO_TEST_CASE(a_network_for_sentences_learns) {
    using N = Of<Vector<12>, networks::TextClassifier<50, 12, 4, 16, 8>>;
    learns<N>(40, [](auto& model) {
        std::vector<float> words;
        for (int i = 0; i < 48; ++i) words.push_back(static_cast<float>(i * 7 % 50));
        model.set_input(words);
        model.set_labels(std::vector<int>{0, 1, 2, 3});
    });
}

BOOST_AUTO_TEST_CASE(a_vision_transformer_learns) {
    using N = Of<Image<3, 16, 16>, networks::ViT<4, 4, 24, 2, 3>>;
    learns<N>(30, [](auto& model) {
        noise(model);
        model.set_labels(std::vector<int>{0, 1, 2, 3});
    });
}
