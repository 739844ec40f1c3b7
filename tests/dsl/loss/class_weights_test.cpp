// Class weights in the loss: its formula, its gradient in double, and the same on the CPU and under the CUDA emulator.
#define BOOST_TEST_MODULE class_weights
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "runtime/cuda/device.hpp"
#include "tests/support/cuda_emulator/emulator.hpp"
#include "tests/support/layer_checker.hpp"

using namespace tn;
using namespace tn::test;

namespace {

using N = Net<Image<2, 7, 5>, Batch<5>, Seq<Conv<3, 3>, BN, Relu, Pool<2>, Dense<4>>, SoftmaxCrossEntropy>;
const std::vector<float> weights{0.25f, 3, 0};

template <class M> void prepare(M& model) {
    model.active_outputs(3);
    Random random(7, 1000);
    for (auto& v : model.input()) v = random.normal();
    for (int i = 0; i < 5; ++i) model.labels()[i] = i % 3;
    model.class_weights(weights);
}

struct Taken {
    std::vector<double> loss, dx;
};

/// The loss of two samples with 4 outputs, of which 3 count.
Taken take(const std::vector<double>& x, const double* class_weight, double smoothing) {
    const std::vector<int> labels{2, 0};
    Taken r{std::vector<double>(2), std::vector<double>(8, 7)};
    std::vector<unsigned char> correct(2);
    LossPass<double> p;
    p.n = p.end = 2;
    p.outputs = 4;
    p.active = 3;
    p.smoothing = smoothing;
    p.x = x.data();
    p.label = labels.data();
    p.class_weight = class_weight;
    p.dx = r.dx.data();
    p.loss = r.loss.data();
    p.correct = correct.data();
    SoftmaxCrossEntropy::gradient(p);
    return r;
}

const std::vector<double> outputs{0.3, -1.2, 2.0, 9, 1.5, 0.1, -0.4, 9}, weight{0.5, 1, 4};

}  // namespace

BOOST_AUTO_TEST_CASE(a_loss_is_times_the_weight_of_the_label) {
    const Taken plain = take(outputs, nullptr, 0), weighted = take(outputs, weight.data(), 0);
    for (const std::size_t n : {0u, 1u}) {
        const double of_label = n == 0 ? 4 : 0.5;
        BOOST_TEST(std::abs(weighted.loss[n] - of_label * plain.loss[n]) < 1e-12);
        for (std::size_t c = 0; c < 4; ++c)
            BOOST_TEST(std::abs(weighted.dx[4 * n + c] - of_label * plain.dx[4 * n + c]) < 1e-12);
    }
}

// torch.nn.CrossEntropyLoss(weight=w, label_smoothing=e, reduction="none")(x, label): every class's part of the target
// has the class's weight.
BOOST_AUTO_TEST_CASE(a_smoothed_target_is_weighted_class_by_class) {
    constexpr double e = 0.1;
    const Taken r = take(outputs, weight.data(), e);
    for (const std::size_t n : {0u, 1u}) {
        const double* const x = outputs.data() + 4 * n;
        const std::size_t label = n == 0 ? 2 : 0;
        const double all = std::log(std::exp(x[0]) + std::exp(x[1]) + std::exp(x[2]));
        double wanted = (1 - e) * weight[label] * (all - x[label]);
        for (std::size_t c = 0; c < 3; ++c) wanted += e / 3 * weight[c] * (all - x[c]);
        BOOST_TEST(std::abs(r.loss[n] - wanted) < 1e-12);
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        std::vector<double> up = outputs, down = outputs;
        up[i] += 1e-5;
        down[i] -= 1e-5;
        const std::vector<double> a = take(up, weight.data(), e).loss, b = take(down, weight.data(), e).loss;
        const double slope = i % 4 == 3 ? 0 : (a[0] + a[1] - b[0] - b[1]) / 2e-5 / 2;
        BOOST_TEST(std::abs(r.dx[i] - slope) < 1e-8);
    }
}

BOOST_AUTO_TEST_CASE(every_device_agrees_with_the_reference_in_double) {
    cpu::Reference reference;
    Model<N, SGD, cpu::Reference, double, Fusion::off> exact(reference);
    prepare(exact);
    const Result wanted = step(exact, 5);
    BOOST_TEST(exact.evaluate(5).loss > 0);  // tests do not weigh: class 2 counts too
    const auto check = [&](auto& device, const char* how) {
        Model<N, SGD, std::remove_reference_t<decltype(device)>> model(device);
        prepare(model);
        const Result got = step(model, 5);
        BOOST_REQUIRE(got.names == wanted.names);
        for (std::size_t k = 0; k < got.names.size(); ++k)
            BOOST_TEST(distance(wanted.values[k], got.values[k]) < 2e-4, how << ": " << got.names[k]);
        const double tested = model.evaluate(5).loss;
        BOOST_TEST(std::abs(tested - exact.evaluate(5).loss) < 1e-3, how);
        model.class_weights({});
        const double all_one = model.gradients(5).loss;
        model.class_weights(std::vector<float>{1, 1, 1});
        BOOST_TEST(model.gradients(5).loss == all_one, how);
        BOOST_TEST(std::abs(all_one - wanted.values[0][0]) > 0.1, how);
    };
    cpu::Device cpu(2);
    cuda::BasicDevice<Emulator> emulated;
    check(cpu, "the CPU");
    check(emulated, "the emulated GPU");
}
