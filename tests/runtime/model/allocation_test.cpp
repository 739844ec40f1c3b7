// After construction a training step allocates nothing.
#define BOOST_TEST_MODULE allocation
#include <boost/test/unit_test.hpp>

#include "dsl/typenet.hpp"
#include "runtime/model/model.hpp"
#include "tests/support/allocations.hpp"

using namespace tn;
using N = Net<Image<1, 16, 16>, Batch<8>,
              Seq<Conv<4, 3>, BN, Relu, Pool<2>, Residual<Conv<4, 3>, Relu>, Dense<16>, Relu, Dropout<30>, Dense<3>>,
              SoftmaxCrossEntropy>;

BOOST_AUTO_TEST_CASE(a_step_allocates_nothing) {
    cpu::Device device(4);
    Model<N, Adam> model(device);
    model.train(8, Adam{});
    const long before = test::allocations;
    for (int i = 0; i < 3; ++i) {
        model.train(8 - i, Adam{});
        model.evaluate(5);
        model.predict(1);
    }
    BOOST_TEST(test::allocations == before);
}
