// Frozen layers in front of what is trained, on the emulated GPU; those behind are among the networks of all devices.
#define BOOST_TEST_MODULE cuda_frozen
#include <boost/test/unit_test.hpp>
#include <vector>

#include "runtime/train/graph_trainer.hpp"
#include "tests/support/cuda_emulator/check_kernels.hpp"

using namespace tn;
using namespace tn::test;

CHECK_KERNELS(body,
              Images<Frozen<Conv<4, 3>, BN, Relu, Pool<2>, Residual<Conv<4, 3>, BN>, Relu, Dense<5>, BN, Dropout<30>>>)
CHECK_KERNELS(in_part, Images<Frozen<Conv<4, 3>>, BN, Relu, Frozen<Pool<2>>>)

BOOST_AUTO_TEST_CASE(a_run_on_the_device_and_its_average_leave_what_is_frozen) {
    using Small = Net<Image<1, 6, 6>, Batch<4>, Seq<Frozen<Conv<3, 3>, BN, Relu>, Dense<3>>, SoftmaxCrossEntropy>;
    Pictures set;
    set.shape = {1, 6, 6};
    set.classes = {"a", "b", "c"};
    Random random(5, 1000);
    for (int i = 0; i < 9; ++i) {
        set.labels.push_back(i % 3);
        set.files.push_back("");
        for (int k = 0; k < 36; ++k) set.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
    }
    LoaderOptions options;
    options.batch = 4;
    Emulated device;
    Model<Small, Adam, Emulated> model(device);
    std::vector<std::vector<float>> before;
    for (const auto& t : model.tensors()) before.emplace_back(t.values.begin(), t.values.end());
    cuda::GraphTrainer<Emulated, Model<Small, Adam, Emulated>> trainer(device, model, set, options, 0,
                                                                       {.average = 0.5f});
    const std::vector<Adam> steps(6, Adam{.rate = 0.01f});
    for (std::size_t step = 0; step < steps.size();) step += trainer.run(step, std::span(steps).subspan(step)).count;
    std::size_t i = 0;
    for (const auto& t : model.tensors()) {
        const std::span average = trainer.average(t);
        const bool stays = std::equal(t.values.begin(), t.values.end(), before[i].begin());
        const bool averaged_stays = distance(before[i], average) < 1e-6;
        BOOST_TEST(stays == !t.trained, t.name);
        BOOST_TEST(averaged_stays == !t.trained, t.name);
        ++i;
    }
}
