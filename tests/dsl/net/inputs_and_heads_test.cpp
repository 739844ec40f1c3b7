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

BOOST_AUTO_TEST_CASE(every_head_takes_its_part_of_the_weights) {
    using Three = Heads<Head<SoftmaxCrossEntropy, 3>, Head<MeanSquaredError, 2, 0.25>, Head<SigmoidCrossEntropy, 2, 2>>;
    static_assert(HasClassWeights<Net<Vector<4>, Batch<3>, Dense<7>, Three>>);
    static_assert(!HasClassWeights<Net<Vector<4>, Batch<3>, Dense<2>, Heads<Head<L1, 2>>>>);
    constexpr int n = 3;
    std::vector<double> x(n * 7), target(n * 7);
    Random random(5, 1);
    for (double& v : x) v = double{random.normal()};
    for (int i = 0; i < n; ++i) {
        target[7 * i + i % 3] = 1;
        target[7 * i + 3] = 0.5;
        target[7 * i + 5 + i % 2] = 1;
    }
    const std::vector<double> classes{0.5, 3, 1, 1, 1, 2, 0.25}, positive{1, 1, 1, 1, 1, 4, 3};
    const auto take = [&](auto loss, const std::vector<double>& values, std::vector<double>* dx) {
        std::vector<double> of_sample(n), slopes(n * 7);
        std::vector<unsigned char> correct(n);
        LossPass<double> p;
        p.n = p.end = n;
        p.outputs = p.active = 7;
        p.x = values.data();
        p.target = target.data();
        p.class_weight = classes.data();
        p.positive_weight = positive.data();
        p.dx = slopes.data();
        p.loss = of_sample.data();
        p.correct = correct.data();
        decltype(loss)::gradient(p);
        if (dx) *dx = slopes;
        return of_sample;
    };
    std::vector<double> dx;
    const std::vector<double> loss = take(Three{}, x, &dx);
    for (int i = 0; i < n; ++i) {
        const double* const row = x.data() + 7 * i;
        const double* const wanted = target.data() + 7 * i;
        double sum = 0, all = std::log(std::exp(row[0]) + std::exp(row[1]) + std::exp(row[2]));
        sum += classes[i % 3] * (all - row[i % 3]);
        for (int c = 3; c < 5; ++c) sum += 0.25 / 4 * std::pow(row[c] - wanted[c], 2);
        for (int c = 5; c < 7; ++c)
            sum += classes[c] * (positive[c] * wanted[c] * std::log1p(std::exp(-row[c])) +
                                 (1 - wanted[c]) * std::log1p(std::exp(row[c])));
        BOOST_TEST(std::abs(loss[i] - sum) < 1e-12);
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
        double slope = 0;
        for (const double step : {1e-5, -1e-5}) {
            std::vector<double> moved = x;
            moved[i] += step;
            for (const double of_sample : take(Three{}, moved, nullptr)) slope += of_sample / (step * 2 * n);
        }
        BOOST_TEST(std::abs(dx[i] - slope) < 1e-8);
    }
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

BOOST_AUTO_TEST_CASE(a_model_weighs_its_heads_in_training) {
    cpu::Device device(1);
    Model<Network, SGD> model(device);
    set_batch(model);
    const double plain = model.gradients(6).loss, tested = model.evaluate(6).loss;
    model.class_weights(std::vector<float>{2, 2, 2, 1, 1});
    const double weighted = model.gradients(6).loss;
    BOOST_TEST(weighted > plain + 0.1);
    model.class_weights(std::vector<float>{2, 2, 2, 7, 7});  // squared errors have no weights
    BOOST_TEST(model.gradients(6).loss == weighted);
    BOOST_TEST(model.evaluate(6).loss == tested);
    BOOST_CHECK_THROW(model.class_weights(std::vector<float>{2, 2, 2}), Error);
}

BOOST_AUTO_TEST_CASE(parts_that_are_not_those_of_the_network_are_no_onnx) {
    cpu::Device device(1);
    Model<Network> model(device);
    const InferenceGraph graph = inference_graph(model);
    BOOST_CHECK_THROW(to_onnx(graph, {{}, {}, {{"image", Image<1, 4, 3>}}, {}}), Error);
    BOOST_CHECK_THROW(to_onnx(graph, {{}, {}, {}, {{"class", Vector<3>}}}), Error);
}
