// Models as values, and one set of weights for several threads, on the emulated GPU.
#define BOOST_TEST_MODULE cuda_predictor
#include <boost/test/unit_test.hpp>

#include "tests/runtime/model/values_of_models.hpp"
#include "tests/support/cuda_emulator/check_kernels.hpp"

using namespace tn;
using namespace tn::test;

BOOST_AUTO_TEST_CASE(models_are_values_on_the_device) {
    Emulated device, other;
    models_are_values(device, other);
}

BOOST_AUTO_TEST_CASE(gradients_of_several_batches) {
    Emulated device;
    accumulated_gradients_are_those_of_one_batch(device);
}

BOOST_AUTO_TEST_CASE(one_set_of_weights_for_several_threads) {
    Emulated device;
    predictors_share_weights(
        device, [] { return std::make_unique<Emulated>(); }, 2);
}

BOOST_AUTO_TEST_CASE(inner_layers) {
    Emulated device;
    inner_layers_are_networks_that_end_there(device);
}

BOOST_AUTO_TEST_CASE(gradient_of_the_input) {
    Emulated device;
    the_input_has_a_gradient(device);
}
