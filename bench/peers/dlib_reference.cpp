// The reference network of bench/reference.cpp in dlib; prints the same `name value` pairs.
// Usage: dlib_reference [batch] [steps]; OPENBLAS_NUM_THREADS sets the threads of its products.
#include <dlib/dnn.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "../median.hpp"

template <int Filters, class Below>
using block =
    dlib::max_pool<2, 2, 2, 2, dlib::relu<dlib::bn_con<dlib::add_layer<dlib::con_<Filters, 3, 3, 1, 1, 1, 1>, Below>>>>;
using Net = dlib::loss_multiclass_log<dlib::fc<
    3, dlib::relu<dlib::fc<128, block<128, block<64, block<32, block<16, dlib::input<dlib::matrix<float>>>>>>>>>>;

int main(int argc, char** argv) {
    const int batch = argc > 1 ? std::atoi(argv[1]) : 64, steps = argc > 2 ? std::atoi(argv[2]) : 15;
    std::vector<dlib::matrix<float>> images(std::size_t(batch), dlib::matrix<float>(128, 128));
    std::vector<unsigned long> labels;
    dlib::rand random;
    for (auto& image : images) {
        for (float& v : image) v = static_cast<float>(random.get_random_gaussian());
        labels.push_back(random.get_random_32bit_number() % 3);
    }
    Net net;
    dlib::dnn_trainer<Net, dlib::adam> trainer(net, dlib::adam(0, 0.9f, 0.999f));
    trainer.set_learning_rate(3e-4);
    trainer.set_mini_batch_size(std::size_t(batch));
    std::printf("device dlib, its products through OpenBLAS\n");
    std::printf("train_step_ms %.3f\n", bench::median_ms(steps, 2, [&] {
                    trainer.train_one_step(images, labels);
                    trainer.get_net(dlib::force_flush_to_disk::no);
                }));
    const std::vector<dlib::matrix<float>> one(images.begin(), images.begin() + 1);
    std::printf("infer_batch_ms %.3f\n", bench::median_ms(steps, 2, [&] { net(images, std::size_t(batch)); }));
    std::printf("infer_one_ms %.4f\n", bench::median_ms(std::max(steps, 200), 2, [&] { net(one, 1); }));
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("peak_memory_mb %.1f\n", static_cast<double>(usage.ru_maxrss) / 1024);
}
