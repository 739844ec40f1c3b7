// Kernels that add to gradients, as a part of a batch does to those of the parts before.
#define BOOST_TEST_MODULE adds_gradients
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "runtime/model/model.hpp"
#include "tests/support/layer_checker.hpp"

using namespace tn;
using namespace tn::test;

namespace {

/// Of every layer with parameters.
template <class Schedule> constexpr bool all_add() {
    for (int i = 0; i < Schedule::program.nodes; ++i)
        if (Schedule::program.node[i].trained && !Schedule::program.node[i].adds_gradients) return false;
    return true;
}

/// A backward pass into gradients that are there leaves their sum with those of one that writes.
template <Shape In, class Body> void check(const std::string& what) {
    constexpr int batch = 21;
    using N = Net<In, Batch<batch>, Body, SoftmaxCrossEntropy>;
    using Layout = ArenaLayout<N, Fusion::on, Purpose::train, 0, cpu::Device>;
    static_assert(all_add<typename Layout::schedule>());
    cpu::Device device(2);
    Model<N, SGD> model(device);
    float* const arena = model.memory().arena_begin();
    Executor<Layout, cpu::Device, float> executor(device, arena, arena + Layout::planned,
                                                  {1, model.memory().batch().step_number.device});
    for (const int n : {batch, 5, 1}) {
        fill<Model<N, SGD>, float>(model, n, 3);
        const auto gradients = [&](bool adds) {
            // Leaves the gradient of the outputs, which running statistics do not change.
            executor.forward(n, true);
            LossPass<float> loss;
            loss.n = n;
            loss.active = N::output.channels;
            loss.label = model.labels().data();
            loss.counted = model.memory().batch().counted.device;
            loss.loss = model.memory().batch().losses.device;
            loss.correct = model.memory().batch().correct.device;
            loss.dx = executor.output_gradient();
            executor.loss(n, loss);
            executor.backward(n, 0, 0, adds, [](std::size_t) {});
        };
        gradients(false);
        std::vector<std::vector<float>> own;
        for (const auto& t : model.tensors()) {
            const auto g = t.trained ? model.gradient(t) : std::span<float>{};
            own.emplace_back(g.begin(), g.end());
            for (std::size_t i = 0; i < g.size(); ++i) g[i] = 0.25f * static_cast<float>(i % 7) - 0.5f;
        }
        gradients(true);
        for (std::size_t k = 0; k < own.size(); ++k) {
            if (own[k].empty()) continue;
            std::vector<float> wanted = own[k];
            for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] += 0.25f * static_cast<float>(i % 7) - 0.5f;
            const auto& t = model.tensors()[k];
            BOOST_TEST(distance(model.gradient(t), wanted) < 1e-6, what << ": " << t.name << ", " << n << " samples");
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(dense_layers_with_what_is_behind_them) {
    check<Vector<70>, Seq<Dense<37>, Relu, Dense<130>, BN, Sigmoid, Dense<3>>>("dense");
    check<Vector<700>, Seq<Dense<3, NoBias>>>("dense without bias");
}

BOOST_AUTO_TEST_CASE(convolutions_by_every_method) {
    check<Image<3, 18, 15>, Seq<Conv<16, 3>, BN, Relu, Pool<2>, Dense<3>>>("stem");
    check<Image<2, 18, 15>, Seq<Conv<7, 3>, Relu, Conv<5, 5, Stride<2>>, BN, Relu, Dense<3>>>("direct");
    check<Image<16, 13, 9>, Seq<Conv<32, 3>, BN, Relu, Pool<2>, Conv<16, 3>, Dense<3>>>("Winograd");
    check<Image<128, 8, 8>, Seq<Conv<128, 3, NoBias>, BN, Relu, Dense<3>>>("Winograd, deep");
    check<Image<32, 8, 8>, Seq<Conv<64, 1>, BN, Relu, Conv<48, 1>, Relu, Dense<3>>>("product");
    check<Image<8, 12, 11>, Seq<Conv<8, 3, Depthwise, NoBias>, BN, Relu6, Dense<3>>>("depthwise");
}

BOOST_AUTO_TEST_CASE(convolutions_with_functions_and_sums) {
    check<Image<16, 9, 9>,
          Seq<Conv<16, 3>, BN, Silu, Residual<Conv<16, 3>, BN, Relu, Conv<16, 3>, BN>, Relu, Dense<3>>>("a sum");
    check<Image<16, 9, 9>, Seq<Residual<Conv<16, 3>, BN, Relu, Conv<16, 3>, BN>, Gelu, Dense<3>>>(
        "a function of a sum");
}
