#define BOOST_TEST_MODULE layers
#include <boost/test/unit_test.hpp>

#include "tests/support/check_layer.hpp"
#include "tests/support/equal_maxima.hpp"

using namespace tn;
using namespace tn::test;

namespace tn::test {

TN_TEST_LAYERS(DECLARE_REFERENCE)

}  // namespace tn::test

TN_TEST_LAYERS(CHECK_LAYER)

BOOST_AUTO_TEST_CASE(one_sample_is_a_batch) {
    check_gradients<Vectors<Dense<8>, Sigmoid>>(1);
    check_kernels<Images<Conv<4, 3>, BN, Relu, Pool<2>>>(1);
}

BOOST_AUTO_TEST_CASE(the_first_of_equal_maxima_gets_the_gradient) {
    cpu::Device device(2);
    check_equal_maxima<float>(device);
    cpu::Reference reference;
    check_equal_maxima<double>(reference);
}

BOOST_AUTO_TEST_CASE(a_batch_out_of_range_is_an_error) {
    cpu::Device device(1);
    using N = Vectors<Dense<4>>;
    Model<N, SGD> model(device);
    for (int n : {0, -1, N::batch + 1}) BOOST_CHECK_THROW(model.train(n, SGD{}), Error);
    model.labels()[0] = 3;
    BOOST_CHECK_THROW(model.train(1, SGD{}), Error);
}

BOOST_AUTO_TEST_CASE(dropout_keeps_the_mean_and_drops_its_share) {
    using N = Net<Vector<1000>, Batch<8>, Seq<Dropout<30>>, MeanSquaredError>;
    cpu::Device device(2);
    Model<N, SGD> model(device, 5);
    std::fill(model.input().begin(), model.input().end(), 1.0f);
    const auto y = model.outputs(8, true);
    int dropped = 0;
    double sum = 0;
    for (float v : y) {
        dropped += v == 0;
        sum += v;
    }
    BOOST_TEST(std::abs(dropped / 8000.0 - 0.3) < 0.02);
    BOOST_TEST(std::abs(sum / 8000 - 1) < 0.03);
    for (float v : model.outputs(8, false)) BOOST_REQUIRE_EQUAL(v, 1.0f);
}

BOOST_AUTO_TEST_CASE(a_network_that_diverged_has_no_finite_loss) {
    cpu::Device device(1);
    check_not_a_number<Vectors<Dense<8>, Relu>>(device);
    check_not_a_number<Vectors<Dense<8>, Relu, Dropout<30>>>(device);
    check_not_a_number<Images<Conv<4, 3>, BN, Relu, Pool<2>>>(device);
}

BOOST_AUTO_TEST_CASE(inactive_outputs_have_no_probability_and_no_gradient) {
    using N = Net<Vector<4>, Batch<3>, Seq<Dense<10>>, SoftmaxCrossEntropy>;
    cpu::Device device(1);
    Model<N, SGD> model(device);
    model.active_outputs(3);
    fill<decltype(model), float>(model, 3, 2);
    model.gradients(3);
    const auto g = model.gradient(model.tensors()[0]);
    for (std::size_t i = 3 * 4; i < g.size(); ++i) BOOST_REQUIRE_EQUAL(g[i], 0.0f);
    const auto p = model.predict(3);
    for (std::size_t n = 0; n < 3; ++n) {
        BOOST_TEST(std::abs(p[n * 10] + p[n * 10 + 1] + p[n * 10 + 2] - 1) < 1e-5);
        for (std::size_t c = 3; c < 10; ++c) BOOST_REQUIRE_EQUAL(p[n * 10 + c], 0.0f);
    }
    BOOST_CHECK_THROW(model.active_outputs(11), Error);
}
