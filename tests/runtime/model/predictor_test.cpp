// Models as values, and one set of weights for several threads, on the CPU.
#define BOOST_TEST_MODULE predictor
#include <boost/test/unit_test.hpp>

#include "tests/runtime/model/values_of_models.hpp"
#include "tests/runtime/temporary_folder.hpp"
#include "tests/support/allocations.hpp"

using namespace tn;
using namespace tn::test;

namespace {

std::unique_ptr<cpu::Device> one_thread() { return std::make_unique<cpu::Device>(1); }

}  // namespace

BOOST_AUTO_TEST_CASE(models_are_values_on_the_cpu) {
    cpu::Device device(2), other(1);
    models_are_values(device, other);
}

BOOST_AUTO_TEST_CASE(gradients_of_several_batches) {
    cpu::Device device(2);
    accumulated_gradients_are_those_of_one_batch(device);
}

BOOST_AUTO_TEST_CASE(one_set_of_weights_for_several_threads) {
    cpu::Device device(2);
    predictors_share_weights(device, one_thread, 4);
}

BOOST_AUTO_TEST_CASE(inner_layers) {
    cpu::Device device(2);
    inner_layers_are_networks_that_end_there(device);
}

BOOST_AUTO_TEST_CASE(gradient_of_the_input) {
    cpu::Device device(2);
    the_input_has_a_gradient(device);
}

BOOST_AUTO_TEST_CASE(a_prediction_allocates_nothing) {
    cpu::Device device(1);
    const Model<Pictured> model(device);
    const Predictor<Pictured> predictor(model);
    predictor.prepare(1);
    std::vector<float> inputs(9 * 64), outputs(9 * 3);
    const long before = allocations;
    predictor.predict(inputs, outputs);
    BOOST_TEST(allocations == before);
    static_assert(Predictor<Pictured>::weight_bytes + Predictor<Pictured>::arena_bytes <= Pictured::infer_bytes + 64);
}

BOOST_AUTO_TEST_CASE(weights_of_another_network_are_refused) {
    cpu::Device device(1);
    const Model<Net<Image<1, 8, 8>, Batch<6>, Seq<Dense<3>>, SoftmaxCrossEntropy>> model(device);
    BOOST_TEST(tn_test::contains(tn_test::error_of([&] { Predictor<Pictured> predictor(model); }), "'0.0.weight'"));
}
