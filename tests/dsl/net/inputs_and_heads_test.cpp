// Networks with several inputs and several outputs: what is where, what the losses add up to, and exported files.
#define BOOST_TEST_MODULE inputs_and_heads
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "dsl/typenet.hpp"
#include "runtime/export/onnx.hpp"
#include "tests/support/check_layer.hpp"

using namespace tn;

namespace {

using Both = Inputs<Image<1, 4, 3>, Vector<2>>;
using Answers = Heads<Head<SoftmaxCrossEntropy, 3>, Head<MeanSquaredError, 2, 0.25>>;
using Network = Net<Both::shape, Batch<6>,
                    Seq<Concat<Seq<Both::Take<0>, Conv<2, 3>, Relu, Dense<5>>, Seq<Both::Take<1>, Dense<4>>>, Tanh,
                        Concat<Dense<3>, Dense<2>>>,
                    Answers>;

static_assert(Both::shape == Vector<14> && Both::first(1) == 12 && Both::Take<1>::output(Both::shape).out == Vector<2>);
static_assert(Network::output == Vector<5> && Answers::first(1) == 3);

template <class M> void set_batch(M& model) {
    Random random(5, 1);
    for (int n = 0; n < 6; ++n) {
        for (auto& v : Both::part<0>(model.input(), n)) v = random.normal();
        for (auto& v : Both::part<1>(model.input(), n)) v = static_cast<float>(n % 3) - 1;
        const auto label = Answers::part<0>(model.targets(), n), values = Answers::part<1>(model.targets(), n);
        for (int c = 0; c < 3; ++c) label[c] = c == n % 3;
        values[0] = static_cast<float>(n % 3);
        values[1] = 0.5f;
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(gradients_of_several_inputs_and_heads) {
    test::check_gradients<Network>(6);
    test::check_kernels<Network>(4);
}

BOOST_AUTO_TEST_CASE(the_loss_is_the_sum_of_the_heads_by_weight) {
    cpu::Device device(1);
    Model<Network, SGD> model(device);
    set_batch(model);
    const auto outputs = model.outputs(6, false);
    double wanted = 0;
    int right = 0;
    for (int n = 0; n < 6; ++n) {
        const auto classes = Answers::part<0>(outputs, n), values = Answers::part<1>(outputs, n);
        double sum = 0;
        for (const float v : classes) sum += std::exp(double{v});
        wanted += std::log(sum) - double{classes[n % 3]};
        right += std::max_element(classes.begin(), classes.end()) - classes.begin() == n % 3;
        wanted += 0.25 * (std::pow(values[0] - n % 3, 2) + std::pow(values[1] - 0.5, 2)) / 4;
    }
    const BatchResult result = model.evaluate(6);
    BOOST_TEST(std::abs(result.loss - wanted) < 1e-5);
    BOOST_TEST(result.correct == right);
}

BOOST_AUTO_TEST_CASE(it_learns_both_answers) {
    cpu::Device device(1);
    Model<Network, Adam> model(device);
    set_batch(model);
    for (int i = 0; i < 400; ++i) model.train(6, Adam{.rate = 0.02f});
    const auto predicted = model.predict(6);
    for (int n = 0; n < 6; ++n) {
        BOOST_TEST(Answers::part<0>(predicted, n)[n % 3] > 0.9f);
        BOOST_TEST(std::abs(Answers::part<1>(predicted, n)[0] - static_cast<float>(n % 3)) < 0.2f);
    }
    BOOST_TEST(model.evaluate(6).correct == 6);
}

BOOST_AUTO_TEST_CASE(parts_that_are_not_those_of_the_network_are_no_onnx) {
    cpu::Device device(1);
    Model<Network> model(device);
    const InferenceGraph graph = inference_graph(model);
    BOOST_CHECK_THROW(to_onnx(graph, {{}, {}, {{"image", Image<1, 4, 3>}}, {}}), Error);
    BOOST_CHECK_THROW(to_onnx(graph, {{}, {}, {}, {{"class", Vector<3>}}}), Error);
}
