#define BOOST_TEST_MODULE sequences
#include <boost/test/unit_test.hpp>

#include "tests/support/check_layer.hpp"

using namespace tn;
using namespace tn::test;

namespace tn::test {

TN_TEST_SEQUENCES(DECLARE_REFERENCE)

}  // namespace tn::test

TN_TEST_SEQUENCES(CHECK_LAYER)

BOOST_AUTO_TEST_CASE(an_embedding_gives_the_rows_of_its_words) {
    using N = Net<Vector<3>, Batch<2>, Seq<Embedding<4, 2>, Flatten>, MeanSquaredError>;
    cpu::Device device(1);
    Model<N, SGD> model(device);
    const auto weight = model.tensors()[0].values;
    for (std::size_t i = 0; i < weight.size(); ++i) weight[i] = static_cast<float>(i);
    const float words[] = {3, 0, 1, 2, 2, 0};
    model.set_input(words);
    const std::vector<float> expected{6, 0, 2, 7, 1, 3, 4, 4, 0, 5, 5, 1};  // features before positions
    const auto y = model.outputs(2, false);
    BOOST_TEST(std::vector<float>(y.begin(), y.end()) == expected, boost::test_tools::per_element());
    // The gradient of a row is the sum over the places where its word stands; that of a word without a place is 0.
    std::fill(model.targets().begin(), model.targets().end(), 0.0f);
    model.gradients(1);
    const auto g = model.gradient(model.tensors()[0]);
    BOOST_TEST(g[4] == 0.0f);
    BOOST_TEST(g[5] == 0.0f);
    BOOST_TEST(std::abs(g[7] / g[6] - 7.0f / 6.0f) < 1e-5f);
}

BOOST_AUTO_TEST_CASE(what_is_no_word_is_an_error_that_names_it) {
    using N =
        Net<Vector<3>, Batch<2>, Seq<Concat<Embedding<9, 2>, Seq<Embedding<4, 2>>>, Dense<2>>, SoftmaxCrossEntropy>;
    cpu::Device device(1);
    Model<N, SGD> model(device);
    const auto said = [&](float value) {
        const float words[] = {3, 0, 1, 2, value, 0};
        model.set_input(words);
        std::string text;
        const auto expect = [&](auto pass) {
            try {
                pass();
            } catch (const Error& e) {
                BOOST_TEST((text.empty() || text == e.what()));
                text = e.what();
            }
        };
        expect([&] { model.train(2, SGD{}); });
        expect([&] { model.predict(2); });
        model.predict(1);  // the other sample is in order
        return text;
    };
    const std::string takes = ", but layer 0.1.0 Embedding<4, 2> takes whole numbers from 0 to 3";
    BOOST_TEST(said(4) == "input 1 of sample 1 is 4" + takes);
    BOOST_TEST(said(-1) == "input 1 of sample 1 is -1" + takes);
    BOOST_TEST(said(100) == "input 1 of sample 1 is 100" + takes);
    BOOST_TEST(said(1.5f) == "input 1 of sample 1 is 1.5" + takes);
    BOOST_TEST(said(std::nanf("")).find("is nan") != std::string::npos);
    BOOST_TEST(said(3).empty());
}

BOOST_AUTO_TEST_CASE(words_of_another_layer_are_cut_to_the_range) {
    using N = Net<Vector<5>, Batch<1>, Seq<Relu, Embedding<3, 1>, Flatten>, MeanSquaredError>;
    cpu::Device device(1);
    Model<N> model(device);
    const auto weight = model.tensors()[0].values;
    for (std::size_t i = 0; i < weight.size(); ++i) weight[i] = static_cast<float>(i);
    const float words[] = {1.9f, 3, INFINITY, std::nanf(""), 1e30f};
    model.set_input(words);
    const auto y = model.outputs(1, false);
    const std::vector<float> expected{1, 2, 2, 0, 2};
    BOOST_TEST(std::vector<float>(y.begin(), y.end()) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_signal_that_diverged_has_no_finite_loss) {
    cpu::Device device(1);
    check_not_a_number<Images<LayerNorm, Attention<1>>>(device);
    check_not_a_number<Images<GroupNorm<1>, Softmax>>(device);
    check_not_a_number<Net<Signal<2, 4>, Batch<2>, Seq<GRU<3>, LSTM<2, Last>, Dense<2>>, SoftmaxCrossEntropy>>(device);
}
