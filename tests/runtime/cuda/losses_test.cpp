// Networks with every loss, on the emulated GPU.
#define BOOST_TEST_MODULE cuda_losses
#include <boost/test/unit_test.hpp>

#include "tests/support/cuda_emulator/check_kernels.hpp"

using namespace tn;
using namespace tn::test;

namespace tn::test {

TN_TEST_LOSSES(DECLARE_REFERENCE)

}  // namespace tn::test

TN_TEST_LOSSES(CHECK_KERNELS)

// The count of labels, the weights and the ignored pixels are there, too.
BOOST_AUTO_TEST_CASE(a_segmenter_with_ignored_pixels_and_weights_trains_as_on_the_cpu) {
    using N = Net<Image<1, 6, 5>, Batch<3>, Seq<Conv<8, 3>, Relu, Conv<3, 1>>, SoftmaxCrossEntropyPerPixel<>>;
    Emulated emulated;
    emulated.gpu().keep_host_out();
    cpu::Device cpu(1);
    Model<N, Adam, Emulated> there(emulated);
    Model<N, Adam> here(cpu);
    const std::vector<float> weights{1, 2, 0.5f};
    here.class_weights(weights), there.class_weights(weights);
    for (int step = 0; step < 3; ++step) {
        Random random(3, 1000, static_cast<std::uint64_t>(step));
        for (float& v : here.input()) v = random.normal();
        for (int& label : here.labels()) label = static_cast<int>(random.below(4)) - 1;
        std::copy(here.input().begin(), here.input().end(), there.input().begin());
        there.set_labels(here.labels());
        const BatchResult a = here.train(3, Adam{}), b = there.train(3, Adam{});
        BOOST_TEST(std::abs(a.loss - b.loss) < 1e-4);
        BOOST_TEST(a.correct == b.correct);
    }
    BOOST_TEST(distance(here.predict(3), there.predict(3)) < 1e-4);
}

template <class N> void check_weights(const std::vector<float>& weights, const std::vector<float>& positive) {
    Emulated emulated;
    cpu::Device cpu(1);
    Model<N, SGD, Emulated> there(emulated);
    Model<N, SGD> here(cpu);
    fill<decltype(here), float>(here, 3, 2), fill<decltype(there), float>(there, 3, 2);
    const double plain = here.gradients(3).loss;
    here.class_weights(weights), there.class_weights(weights);
    here.positive_weights(positive), there.positive_weights(positive);
    const double weighted = here.gradients(3).loss;
    BOOST_TEST(std::abs(weighted - plain) > 0.1);
    BOOST_TEST(std::abs(there.gradients(3).loss - weighted) < 1e-4);
    for (std::size_t k = 0; k < 2; ++k)
        BOOST_TEST(distance(here.gradient(here.tensors()[k]), there.gradient(there.tensors()[k])) < 1e-4);
}

BOOST_AUTO_TEST_CASE(outputs_are_weighted_as_on_the_cpu) {
    check_weights<Net<Image<1, 4, 5>, Batch<3>, Seq<Conv<3, 3>>, SigmoidCrossEntropy>>({1, 2, 0.5f}, {3, 1, 2});
}

BOOST_AUTO_TEST_CASE(heads_are_weighted_as_on_the_cpu) {
    using Both = Heads<Head<SoftmaxCrossEntropy, 3>, Head<SigmoidCrossEntropy, 2, 2>>;
    check_weights<Net<Vector<4>, Batch<3>, Seq<Dense<5>>, Both>>({3, 2, 0.5f, 1, 4}, {1, 1, 1, 5, 2});
}
