#define BOOST_TEST_MODULE layers
#include <boost/test/included/unit_test.hpp>

#include "tests/support/layer_checker.hpp"

using namespace tn;
using namespace tn::test;

template <class... Ls> using Images = Net<Image<2, 7, 5>, Batch<5>, Seq<Ls..., Dense<3>>, SoftmaxCrossEntropy>;
template <class... Ls> using Vectors = Net<Vector<6>, Batch<5>, Seq<Ls..., Dense<3>>, SoftmaxCrossEntropy>;

#define CHECK_LAYER(NAME, ...)                  \
    BOOST_AUTO_TEST_CASE(NAME) {                \
        using N = __VA_ARGS__;                  \
        check_gradients<N>(N::batch);           \
        check_gradients<N>(2);                  \
        check_kernels<N>(N::batch);             \
        check_kernels<N>(3);                    \
    }

CHECK_LAYER(conv, Images<Conv<4, 3>>)
CHECK_LAYER(conv_one_by_one, Images<Conv<3, 1>>)
CHECK_LAYER(conv_five, Images<Conv<3, 5>>)
CHECK_LAYER(conv_strided, Images<Conv<4, 3, Stride<2>>>)
CHECK_LAYER(conv_unpadded, Images<Conv<4, 3, Pad<0>>>)
CHECK_LAYER(conv_rectangular, Images<Conv<3, Kernel<3, 1>>>)
CHECK_LAYER(conv_even, Images<Conv<3, 2, Pad<0>>>)
CHECK_LAYER(conv_without_bias, Images<Conv<3, 3, NoBias>>)
CHECK_LAYER(conv_relu, Images<Conv<4, 3>, Relu>)
CHECK_LAYER(conv_norm, Images<Conv<4, 3>, BN>)
CHECK_LAYER(conv_pool, Images<Conv<4, 3>, Pool<2>>)
CHECK_LAYER(conv_norm_relu_pool, Images<Conv<4, 3>, BN, Relu, Pool<2>>)
CHECK_LAYER(conv_norm_pool_overlapping, Images<Conv<4, 3>, BN, Pool<3, Stride<2>>>)
CHECK_LAYER(two_blocks, Images<Conv<4, 3>, BN, Relu, Pool<2>, Conv<5, 3>, BN, Relu>)
CHECK_LAYER(pool, Images<Pool<2>>)
CHECK_LAYER(pool_overlapping, Images<Pool<3, Stride<1>>>)
CHECK_LAYER(norm_of_images, Images<BN>)
CHECK_LAYER(norm_of_vectors, Vectors<Dense<4>, BN>)
CHECK_LAYER(dense, Vectors<Dense<4>>)
CHECK_LAYER(dense_without_bias, Vectors<Dense<4, NoBias>>)
CHECK_LAYER(relu, Vectors<Dense<8>, Relu>)
CHECK_LAYER(sigmoid, Vectors<Dense<8>, Sigmoid>)
CHECK_LAYER(sigmoid_of_images, Images<Sigmoid>)
CHECK_LAYER(flatten, Images<Conv<2, 3>, Flatten>)
CHECK_LAYER(dropout, Vectors<Dense<8>, Dropout<40>>)
CHECK_LAYER(dropout_of_nothing, Vectors<Dense<8>, Dropout<0>>)
CHECK_LAYER(dropout_after_the_last, Vectors<Dense<3>, Dropout<0>>)
CHECK_LAYER(relu_then_dropout, Vectors<Dense<8>, Relu, Dropout<30>, Dense<5>, Dropout<30>, Relu>)
CHECK_LAYER(dropout_behind_a_fused_block, Images<Conv<4, 3>, BN, Relu, Pool<2>, Dropout<40>>)
CHECK_LAYER(residual, Images<Conv<3, 3>, Residual<Conv<3, 3>, BN, Relu>>)
CHECK_LAYER(residual_shortcut, Images<Residual<Conv<4, 3, Stride<2>>, Relu, Shortcut<Conv<4, 1, Stride<2>, Pad<0>>>>>)
CHECK_LAYER(concat, Images<Concat<Conv<3, 1>, Seq<Conv<2, 3>, Relu>, Conv<1, 5>>>)
CHECK_LAYER(nested, Images<Conv<2, 3>, Residual<Concat<Conv<1, 1>, Conv<1, 3>>, Relu>, Relu>)
CHECK_LAYER(concat_of_the_input_itself, Images<Concat<Conv<2, 3>, Sigmoid>>)
CHECK_LAYER(seq_in_seq, Images<Seq<Conv<2, 3>, Seq<Relu, Pool<2>>>>)
CHECK_LAYER(mean_squared_error, Net<Vector<4>, Batch<6>, Seq<Dense<5>, Sigmoid, Dense<2>>, MeanSquaredError>)
CHECK_LAYER(sigmoid_cross_entropy, Net<Vector<4>, Batch<6>, Seq<Dense<5>, Relu, Dense<3>>, SigmoidCrossEntropy>)
CHECK_LAYER(wide_images, Net<Image<3, 9, 33>, Batch<4>, Seq<Conv<9, 3>, BN, Relu, Pool<2>, Dense<2>>, SoftmaxCrossEntropy>)

BOOST_AUTO_TEST_CASE(one_sample_is_a_batch) {
    check_gradients<Vectors<Dense<8>, Sigmoid>>(1);
    check_kernels<Images<Conv<4, 3>, BN, Relu, Pool<2>>>(1);
}

BOOST_AUTO_TEST_CASE(a_batch_out_of_range_is_an_error) {
    cpu::Backend backend(1);
    using N = Vectors<Dense<4>>;
    Model<N, SGD> model(backend);
    for (int n : {0, -1, N::batch + 1}) BOOST_CHECK_THROW(model.train(n, SGD{}), Error);
    model.labels()[0] = 3;
    BOOST_CHECK_THROW(model.train(1, SGD{}), Error);
}

BOOST_AUTO_TEST_CASE(dropout_keeps_the_mean_and_drops_its_share) {
    using N = Net<Vector<1000>, Batch<8>, Seq<Dropout<30>>, MeanSquaredError>;
    cpu::Backend backend(2);
    Model<N, SGD> model(backend, 5);
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

BOOST_AUTO_TEST_CASE(inactive_outputs_have_no_probability_and_no_gradient) {
    using N = Net<Vector<4>, Batch<3>, Seq<Dense<10>>, SoftmaxCrossEntropy>;
    cpu::Backend backend(1);
    Model<N, SGD> model(backend);
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
