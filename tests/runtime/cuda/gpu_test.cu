// The kernels on a GPU, through the generic layer checker, and the reference network's whole step.
#define BOOST_TEST_MODULE gpu
#include <boost/test/unit_test.hpp>

#include "runtime/cuda/backend.cuh"
#include "tests/support/gpu_test.hpp"
#include "tests/support/layer_checker.hpp"

using namespace tn;
using namespace tn::test;

BOOST_TEST_GLOBAL_FIXTURE(NeedsGpu);

using Small = Net<Image<2, 9, 7>, Batch<9>,
                  Seq<Conv<4, 3>, BN, Relu, Pool<2>, Residual<Conv<4, 3>, Sigmoid>, Concat<Conv<3, 1>, Conv<2, 3>>,
                      Pool<3, Stride<1>>,
                      Flatten, Dense<7>, BN, Relu, Dropout<30>, Dense<3>>,
                  SoftmaxCrossEntropy>;

BOOST_AUTO_TEST_CASE(every_layer_agrees_with_the_reference) {
    cuda::Backend backend;
    for (int n : {1, 3, 9}) check_backend<Small>(backend, n);
}

using Blocks = Net<Image<3, 12, 9>, Batch<4>,
                   Seq<Conv<20, 3>, BN, Sigmoid, Conv<34, 3, Stride<2>>, BN, Sigmoid, Dense<3>>, SoftmaxCrossEntropy>;

BOOST_AUTO_TEST_CASE(tensor_cores_agree_with_the_reference) {
    cuda::BackendOf<cuda::Precision::tf32> tf32;
    check_backend<Blocks>(tf32, 4, 0.01);
    cuda::BackendOf<cuda::Precision::bf16> bf16;
    check_backend<Blocks>(bf16, 4, 0.05);
}

using Photos = Net<Image<1, 128, 128>, Batch<64>,
                   Seq<Conv<16, 3>, BN, Relu, Pool<2>, Conv<32, 3>, BN, Relu, Pool<2>, Conv<64, 3>, BN, Relu, Pool<2>,
                       Conv<128, 3>, BN, Relu, Pool<2>, Dense<128>, Relu, Dropout<50>, Dense<3>>,
                   SoftmaxCrossEntropy>;

BOOST_AUTO_TEST_CASE(a_hundred_steps_on_cuda_are_those_on_the_cpu) {
    cuda::Backend gpu;
    cpu::Backend cpu;
    Model<Photos, Adam, cuda::Backend> there(gpu);
    Model<Photos, Adam, cpu::Backend> here(cpu);
    for (int step = 0; step < 100; ++step) {
        Random random(7, 1000, static_cast<std::uint64_t>(step));
        for (float& v : here.input()) v = random.normal();
        for (int& label : here.labels()) label = static_cast<int>(random.below(3));
        std::copy(here.input().begin(), here.input().end(), there.input().begin());
        std::copy(here.labels().begin(), here.labels().end(), there.labels().begin());
        const double a = here.train(64, Adam{}).loss, b = there.train(64, Adam{}).loss;
        const double tolerance = (step < 3 ? 1e-3 : 0.05) * std::max(1.0, a);
        BOOST_TEST(std::abs(a - b) <= tolerance, "step " << step << ": " << a << ", " << b);
    }
}

BOOST_AUTO_TEST_CASE(every_optimizer_takes_the_step_of_its_rule) {
    using N = Net<Vector<5>, Batch<4>, Seq<Dense<3>>, MeanSquaredError>;
    const auto agree = []<class O>(const O& optimizer) {
        cuda::Backend gpu;
        cpu::Backend cpu(1);
        Model<N, O, cuda::Backend> there(gpu);
        Model<N, O, cpu::Backend> here(cpu);
        for (int step = 0; step < 3; ++step) {
            fill<decltype(here), float>(here, 4, 3);
            std::copy(here.input().begin(), here.input().end(), there.input().begin());
            std::copy(here.targets().begin(), here.targets().end(), there.targets().begin());
            for (std::size_t k = 0; k < here.tensors().size(); ++k)
                std::copy(here.tensors()[k].values.begin(), here.tensors()[k].values.end(),
                          there.tensors()[k].values.begin());
            here.train(4, optimizer);
            there.train(4, optimizer);
            for (std::size_t k = 0; k < here.tensors().size(); ++k)
                BOOST_TEST(distance(here.tensors()[k].values, there.tensors()[k].values) < 1e-5, O::name);
        }
    };
    agree(SGD{.weight_decay = 0.1f}), agree(Momentum{.weight_decay = 0.1f}), agree(Nesterov{}), agree(AdaGrad{});
    agree(RMSprop{}), agree(Adam{.weight_decay = 0.1f});
}
