// The kernels on a GPU, through the generic layer checker, and the reference network's whole step.
#define BOOST_TEST_MODULE gpu
#include <boost/test/unit_test.hpp>

#include "runtime/cuda/device.cuh"
#include "runtime/data/epoch_order.hpp"
#include "runtime/train/any_model.hpp"
#include "runtime/train/graph_trainer.hpp"
#include "runtime/train/weight_average.hpp"
#include "tests/support/gpu_test.hpp"
#include "tests/support/layer_checker.hpp"

using namespace tn;
using namespace tn::test;
using boost::unit_test::label;

BOOST_TEST_GLOBAL_FIXTURE(NeedsGpu);

using Small = Net<Image<2, 9, 7>, Batch<9>,
                  Seq<Conv<4, 3>, BN, Relu, Pool<2>, Residual<Conv<4, 3>, Sigmoid>, Concat<Conv<3, 1>, Conv<2, 3>>,
                      Pool<3, Stride<1>>, Flatten, Dense<7>, BN, Relu, Dropout<30>, Dense<3>>,
                  SoftmaxCrossEntropy>;

// compute-sanitizer runs what is small (bench/gpu).
BOOST_AUTO_TEST_CASE(every_layer_agrees_with_the_reference, *label("small")) {
    cuda::Device device;
    for (int n : {1, 3, 9}) check_device<Small>(device, n);
}

using Vectors =
    Net<Vector<6>, Batch<5>, Seq<Dense<9>, Relu, Dropout<40>, Dense<5, NoBias>, Relu, Dense<3>>, SoftmaxCrossEntropy>;

BOOST_AUTO_TEST_CASE(dense_relu_and_dropout_agree_with_the_reference, *label("small")) {
    cuda::Device device;
    for (int n : {1, 3, 5}) check_device<Vectors>(device, n);
}

BOOST_AUTO_TEST_CASE(a_network_that_diverged_has_no_finite_loss, *label("small")) {
    cuda::Device device;
    check_not_a_number<Vectors>(device);
    check_not_a_number<Small>(device);
}

using Blocks = Net<Image<3, 12, 9>, Batch<4>,
                   Seq<Conv<20, 3>, BN, Sigmoid, Conv<34, 3, Stride<2>>, BN, Sigmoid, Dense<3>>, SoftmaxCrossEntropy>;

BOOST_AUTO_TEST_CASE(tensor_cores_agree_with_the_reference, *label("small")) {
    cuda::DeviceOf<cuda::Precision::tf32> tf32;
    check_device<Blocks>(tf32, 4, 0.01);
    cuda::DeviceOf<cuda::Precision::bf16> bf16;
    check_device<Blocks>(bf16, 4, 0.05);
}

using Photos = Net<Image<1, 128, 128>, Batch<64>,
                   Seq<Conv<16, 3>, BN, Relu, Pool<2>, Conv<32, 3>, BN, Relu, Pool<2>, Conv<64, 3>, BN, Relu, Pool<2>,
                       Conv<128, 3>, BN, Relu, Pool<2>, Dense<128>, Relu, Dropout<50>, Dense<3>>,
                   SoftmaxCrossEntropy>;

BOOST_AUTO_TEST_CASE(a_hundred_steps_on_cuda_are_those_on_the_cpu) {
    cuda::Device gpu;
    cpu::Device cpu;
    Model<Photos, Adam, cuda::Device> there(gpu);
    Model<Photos, Adam, cpu::Device> here(cpu);
    for (int step = 0; step < 100; ++step) {
        Random random(7, 1000, step % 2);
        for (float& v : here.input()) v = random.normal();
        for (int& label : here.labels()) label = random.below(3);
        std::copy(here.input().begin(), here.input().end(), there.input().begin());
        std::copy(here.labels().begin(), here.labels().end(), there.labels().begin());
        // The loss falls from 158 to 26; at a larger rate, differences of rounding grow from step to step.
        const Adam adam{.rate = 2e-5f};
        const double a = here.train(64, adam).loss, b = there.train(64, adam).loss;
        const double tolerance = (step < 3 ? 1e-3 : 0.02) * a;
        if (step == 99) BOOST_TEST(a < 40);
        BOOST_TEST(std::abs(a - b) <= tolerance, "step " << step << ": " << a << ", " << b);
    }
}

/// Noise in three classes.
template <class N> Pictures noise(int count) {
    Pictures p;
    p.shape = {N::input.channels, N::input.height, N::input.width};
    Random random(5, 1000);
    for (int i = 0; i < count; ++i) {
        p.labels.push_back(i % 3);
        for (std::size_t k = 0; k < p.shape.size(); ++k)
            p.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
    }
    return p;
}

/// Steps on pictures that the GPU keeps, whose losses are those of the loader and the CPU; an average is the one that
/// the host takes of the GPU's weights after every step.
template <class N> void check_kept(int pictures, int batch, int steps, const StepOptions& step_options = {}) {
    const Pictures set = noise<N>(pictures);
    LoaderOptions o;
    o.batch = batch;
    o.augmentation = Augmentation::strong();
    Loader loader(set, o);
    cuda::Device gpu;
    cpu::Device cpu;
    ModelOn<N, Adam, cuda::Device> there(gpu, 1);
    Model<N, Adam, cpu::Device> here(cpu);
    BOOST_REQUIRE(there.upload_pictures(set, o, 0, step_options));
    std::optional<WeightAverage> average;
    if (step_options.average > 0) average.emplace(there, step_options.average);
    std::vector<Blend> blends;
    const std::vector<Adam> optimizers(steps, Adam{.rate = 2e-5f});
    for (std::size_t step = 0; step < optimizers.size();) {
        const std::size_t most = average ? 1 : optimizers.size() - step;
        const TakenSteps got = there.train_on_device(step, std::span(optimizers).subspan(step, most));
        if (average) average->add(there, there.step());
        double wanted = 0;
        for (int k = 0; k < got.count; ++k, ++step) {
            const BatchView view = loader.next();
            std::copy(view.inputs.begin(), view.inputs.end(), here.input().begin());
            std::copy(view.labels.begin(), view.labels.end(), here.labels().begin());
            if (step_options.mixing().any()) {
                blends.resize(view.n);
                draw_mixing(step_options.mixing(), set.shape.height, set.shape.width,
                            Random(o.seed, stream::mixup, step), blends);
                blend_pictures(view.inputs, blends, set.shape.height, set.shape.width, here.input());
            }
            wanted += here.train(view.n, optimizers[step]).loss;
        }
        BOOST_TEST(std::abs(wanted - got.result.loss) <= 0.02 * std::max(1.0, wanted),
                   "to step " << step << ": " << got.result.loss << ", not " << wanted);
    }
    if (!average) return;
    average->swap(there);
    for (const auto& t : there.tensors()) BOOST_TEST(distance(t.values, there.average(t)) < 1e-5, t.name);
}

BOOST_AUTO_TEST_CASE(few_pictures_kept_on_the_gpu_train_as_the_loader_s, *label("small")) {
    check_kept<Small>(20, 9, 7);
}
BOOST_AUTO_TEST_CASE(the_gpu_blends_and_averages_as_the_host, *label("small")) {
    check_kept<Small>(20, 9, 7, {.mixup = 0.3f});
    check_kept<Small>(20, 9, 7, {.cutmix = 1});
    check_kept<Small>(20, 9, 7, {.average = 0.4f});
}
BOOST_AUTO_TEST_CASE(pictures_kept_on_the_gpu_train_as_the_loader_s) { check_kept<Photos>(150, 64, 9); }

BOOST_AUTO_TEST_CASE(launches_that_overlap_leave_what_those_in_turn_leave) {
    const auto weights_of = [](bool overlap) {
        cuda::DeviceOf<cuda::Precision::bf16> gpu;
        gpu.gpu().overlap(overlap);
        Model<Photos, Adam, cuda::DeviceOf<cuda::Precision::bf16>> model(gpu);
        fill<decltype(model), float>(model, 64, 1);
        model.train(64, Adam{});
        const auto rule = Adam{}.rule(2);
        const auto graph = gpu.gpu().record([&] { model.engine().enqueue_step(64, rule, 0); });
        BOOST_TEST(gpu.gpu().overlaps() == (overlap && gpu.gpu().can_overlap()));
        model.memory().upload();
        for (int i = 0; i < 20; ++i) gpu.gpu().replay(graph);
        gpu.wait();
        std::vector<std::vector<float>> all;
        for (const auto& t : model.tensors()) all.emplace_back(t.values.begin(), t.values.end());
        return all;
    };
    BOOST_TEST((weights_of(true) == weights_of(false)));
}

BOOST_AUTO_TEST_CASE(an_epoch_s_order_is_that_of_the_host, *label("small")) {
    cuda::Device device;
    for (const int count : {1, 2, 33, 1000, 100003}) {
        const std::size_t size = count;
        auto* order = static_cast<int*>(device.allocate(size * sizeof(int)));
        cuda::GpuEpochOrder fill(device.gpu(), count);
        for (const std::uint64_t epoch : {0ull, 1ull, 5'000'000'000ull}) {
            std::vector<int> wanted(size), made(size);
            std::vector<std::uint64_t> keys(size);
            epoch_order(wanted, keys, 7, epoch);
            fill(order, 7, epoch);
            device.download(made.data(), order, size);
            device.wait();
            BOOST_TEST((made == wanted), count << " pictures, epoch " << epoch);
        }
        device.release(order);
    }
}

BOOST_AUTO_TEST_CASE(after_the_first_epoch_s_order_nothing_is_taken) {
    cuda::Device device;
    const int count = 1 << 20;
    auto* order = static_cast<int*>(device.allocate(count * sizeof(int)));
    cuda::GpuEpochOrder fill(device.gpu(), count);
    fill(order, 7, 0);
    device.wait();
    const std::size_t free = cuda::free_bytes();
    for (const std::uint64_t epoch : {1, 2, 3}) fill(order, 7, epoch);
    device.wait();
    BOOST_TEST(cuda::free_bytes() == free);
    device.release(order);
}

BOOST_AUTO_TEST_CASE(memory_is_the_constant_and_nothing_is_taken_after_the_first_step) {
    const auto check = []<class Device>(Device&& gpu) {
        using M = Model<Photos, Adam, std::remove_reference_t<Device>>;
        gpu.wait();
        const auto before = static_cast<double>(cuda::free_bytes());
        M model(gpu);
        const double taken = before - static_cast<double>(cuda::free_bytes());
        const auto constant = static_cast<double>(Photos::train_bytes<Adam, typename M::device_type>);
        // The driver takes whole pieces of 2 MiB, also for its own tables.
        BOOST_TEST(std::abs(taken - constant) <= 0.02 * constant + (4 << 20), taken << " bytes, not " << constant);
        fill<M, float>(model, 64, 1);
        model.train(64, Adam{});
        model.train(63, Adam{});  // what this batch needs is planned and loaded when it is first met
        const std::size_t after_one = cuda::free_bytes();
        for (int i = 0; i < 5; ++i) model.train(64 - i % 2, Adam{});
        BOOST_TEST(cuda::free_bytes() == after_one);
    };
    check(cuda::Device());
    check(cuda::DeviceOf<cuda::Precision::bf16>());
}

BOOST_AUTO_TEST_CASE(every_optimizer_takes_the_step_of_its_rule, *label("small")) {
    using N = Net<Vector<5>, Batch<4>, Seq<Dense<3>>, MeanSquaredError>;
    const auto agree = []<class O>(const O& optimizer) {
        cuda::Device gpu;
        cpu::Device cpu(1);
        Model<N, O, cuda::Device> there(gpu);
        Model<N, O, cpu::Device> here(cpu);
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
