// How well arenas are packed: known networks need at most 2 % more than what is in use at one time, which no placement
// can do without.
#define BOOST_TEST_MODULE packing
#include <boost/test/unit_test.hpp>

#include "dsl/networks/alexnet.hpp"
#include "dsl/networks/densenet.hpp"
#include "dsl/networks/efficientnet_lite.hpp"
#include "dsl/networks/lenet5.hpp"
#include "dsl/networks/mobilenet_v2.hpp"
#include "dsl/networks/resnet.hpp"
#include "dsl/networks/squeezenet.hpp"
#include "dsl/networks/unet.hpp"
#include "dsl/networks/vgg.hpp"
#include "dsl/networks/vit.hpp"
#include "dsl/typenet.hpp"

using namespace tn;

namespace {

template <class N, Purpose For> void check_packing(const char* name) {
    using Schedule = typename N::template schedule<Fusion::on, For>;
    constexpr std::size_t in_use = Schedule::planned::planner::planner.most_in_use().values;
    const double more = static_cast<double>(Schedule::plan.size) / static_cast<double>(in_use) - 1;
    BOOST_TEST(more >= 0, name);
    BOOST_TEST(more <= 0.02, name << " takes " << 100 * more << " % more than is in use");
}

template <Shape In, class Body, class L = SoftmaxCrossEntropy> void check(const char* name) {
    using N = Net<In, Batch<32>, Body, L>;
    check_packing<N, Purpose::train>(name);
    check_packing<N, Purpose::infer>(name);
}

constexpr Shape photograph = Image<3, 224, 224>;

}  // namespace

BOOST_AUTO_TEST_CASE(known_networks_are_packed_closely) {
    check<Image<1, 32, 32>, networks::LeNet5<>>("LeNet-5");
    check<photograph, networks::AlexNet<>>("AlexNet");
    check<photograph, networks::Vgg11<>>("VGG-11");
    check<photograph, networks::Vgg16Norm<>>("VGG-16");
    check<photograph, networks::ResNet18<>>("ResNet-18");
    check<Image<3, 32, 32>, networks::ResNet18Cifar<>>("ResNet-18, CIFAR form");
    check<photograph, networks::ResNet50<>>("ResNet-50");
    check<photograph, networks::SqueezeNet<>>("SqueezeNet");
    check<photograph, networks::DenseNet121<>>("DenseNet-121");
    check<photograph, networks::MobileNetV2<>>("MobileNetV2");
    check<photograph, networks::EfficientNetLite0<>>("EfficientNet-Lite0");
    check<photograph, networks::ViTTiny<>>("ViT-Tiny");
    check<Image<1, 128, 128>, networks::UNet<2, 32, 4>, SoftmaxCrossEntropyPerPixel<>>("U-Net");
}

BOOST_AUTO_TEST_CASE(a_curve_falls_from_what_keeps_everything_to_the_least) {
    using N = Net<photograph, Batch<16>, networks::ResNet18<10>, SoftmaxCrossEntropy>;
    constexpr auto curve = N::memory_curve<Adam>;
    static_assert(curve[0].bytes == N::train_bytes<Adam> && curve[0].extra_work == 0);
    static_assert(curve[memory_points - 1].bytes < 380_MiB);
    for (int i = 1; i < memory_points; ++i) {
        BOOST_TEST(curve[i].bytes <= curve[i - 1].bytes);
        BOOST_TEST(curve[i].extra_work >= curve[i - 1].extra_work);
        BOOST_TEST(curve[i].extra_work < 1. / 3, "more than every forward pass once more");
    }
    // What the curve promises can be had.
    using Least =
        Net<photograph, Batch<16>, networks::ResNet18<10>, SoftmaxCrossEntropy, Within<curve[memory_points - 1].bytes>>;
    static_assert(Least::train_bytes<Adam> <= Least::budget::bytes);
}

// What a padded pool of overlapping windows reads is free after the forward pass.
BOOST_AUTO_TEST_CASE(what_a_pool_reads_is_not_kept_for_backward) {
    using Schedule =
        Net<photograph, Batch<16>, networks::ResNet18<10>, SoftmaxCrossEntropy>::schedule<Fusion::on, Purpose::train>;
    constexpr auto& program = Schedule::program;
    static_assert(program.node[1].in == Image<64, 112, 112> && program.node[1].out == Image<64, 56, 56>);
    constexpr std::size_t at = Schedule::plan.value[program.node[1].inputs[0]];
    int last = -1;
    constexpr auto buffers = Schedule::buffers();
    for (int i = 0; i < buffers.count; ++i)
        if (const Buffer& b = buffers.buffer[i]; b.offset == at && b.first == 0) last = b.last;
    BOOST_TEST(last == 1);
}
