// The network of bench/networks.hpp that TN_NETWORK names in dlib, of those that are chains of its layers; prints the
// same `name value` pairs as bench/network.cpp. Usage: dlib_networks [batch] [steps]; OPENBLAS_NUM_THREADS sets the
// threads of its products.
#include <dlib/dnn.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "../median.hpp"

namespace networks {

using namespace dlib;

using Grey = input<matrix<float>>;
using Colour = input<std::array<matrix<float>, 3>>;
template <class Body> using Classifier = loss_multiclass_log<fc<10, Body>>;
template <int Filters, int Kernel, int Stride, int Pad, class Below>
using convolution = add_layer<con_<Filters, Kernel, Kernel, Stride, Stride, Pad, Pad>, Below>;
template <class Below> using pooled = max_pool<2, 2, 2, 2, Below>;

using lenet5 = Classifier<
    relu<fc<84, relu<fc<120, pooled<relu<convolution<16, 5, 1, 0, pooled<relu<convolution<6, 5, 1, 2, Grey>>>>>>>>>>>;
using mlp = Classifier<relu<fc<512, relu<fc<512, Grey>>>>>;
using mlp_norm = Classifier<sig<bn_fc<fc<512, sig<bn_fc<fc<512, Grey>>>>>>>;

template <int Filters, class Below> using plain = relu<convolution<Filters, 3, 1, 1, Below>>;
template <int Filters, class Below> using normed = relu<bn_con<convolution<Filters, 3, 1, 1, Below>>>;
template <template <int, class> class Layer>
using Vgg = Classifier<pooled<Layer<
    512,
    Layer<512, pooled<Layer<
                   512, Layer<512, pooled<Layer<256, Layer<256, pooled<Layer<128, pooled<Layer<64, Colour>>>>>>>>>>>>>>;
using vgg11 = Vgg<plain>;
using vgg11_norm = Vgg<normed>;

template <int Filters, int Stride, class Below>
using body = bn_con<convolution<Filters, 3, 1, 1, relu<bn_con<convolution<Filters, 3, Stride, 1, Below>>>>>;
template <int Filters, class Below> using same = relu<add_prev1<body<Filters, 1, tag1<Below>>>>;
template <int Filters, int Stride, class Below>
using changed =
    relu<add_prev2<bn_con<convolution<Filters, 1, Stride, 0, skip1<tag2<body<Filters, Stride, tag1<Below>>>>>>>>;
using resnet18_cifar = Classifier<avg_pool_everything<same<
    512,
    changed<512, 2, same<256, changed<256, 2, same<128, changed<128, 2, same<64, same<64, normed<64, Colour>>>>>>>>>>>;

}  // namespace networks

namespace {

using Net = networks::TN_NETWORK;

void make(dlib::matrix<float>& image, dlib::rand& random) {
    image.set_size(28, 28);
    for (float& v : image) v = static_cast<float>(random.get_random_gaussian());
}
void make(std::array<dlib::matrix<float>, 3>& image, dlib::rand& random) {
    for (auto& plane : image) {
        plane.set_size(32, 32);
        for (float& v : plane) v = static_cast<float>(random.get_random_gaussian());
    }
}

}  // namespace

int main(int argc, char** argv) {
    const int batch = argc > 1 ? std::atoi(argv[1]) : 64, steps = argc > 2 ? std::atoi(argv[2]) : 5;
    std::vector<Net::input_type> images(static_cast<std::size_t>(batch));
    std::vector<unsigned long> labels;
    dlib::rand random;
    for (auto& image : images) {
        make(image, random);
        labels.push_back(random.get_random_32bit_number() % 10);
    }
    Net net;
    dlib::dnn_trainer<Net, dlib::adam> trainer(net, dlib::adam(0, 0.9f, 0.999f));
    trainer.set_learning_rate(3e-4);
    trainer.set_mini_batch_size(images.size());
    std::printf("device dlib, its products through OpenBLAS\n");
    std::printf("train_step_ms %.3f\n", bench::median_ms(steps, 2, [&] {
                    trainer.train_one_step(images, labels);
                    trainer.get_net(dlib::force_flush_to_disk::no);
                }));
    const std::vector<Net::input_type> one(images.begin(), images.begin() + 1);
    std::printf("infer_batch_ms %.3f\n", bench::median_ms(steps, 2, [&] { net(images, images.size()); }));
    std::printf("infer_one_ms %.4f\n", bench::median_ms(std::max(2 * steps, 20), 2, [&] { net(one, 1); }));
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("peak_memory_mb %.1f\n", static_cast<double>(usage.ru_maxrss) / 1024);
}
