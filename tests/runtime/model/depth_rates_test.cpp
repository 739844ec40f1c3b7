#define BOOST_TEST_MODULE depth_rates
#include "runtime/model/depth_rates.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>

#include "dsl/typenet.hpp"

using namespace tn;

using Small = Net<Vector<3>, Batch<4>, Seq<Frozen<Dense<3>>, Dense<4>, BN, Relu, Residual<Dense<4>, BN>, Dense<2>>,
                  SoftmaxCrossEntropy>;

BOOST_AUTO_TEST_CASE(the_nearer_to_the_input_the_smaller) {
    cpu::Device device(1);
    Model<Small, SGD> model(device);
    std::map<std::string, float> rates;
    const ChooseFactors by_depth = rates_by_depth(model, 0.5f);
    model.tensor_factors([&](const std::string& tensor, TensorFactors& of) {
        by_depth(tensor, of);
        rates[tensor] = of.rate;
    });
    const std::map<std::string, float> wanted{{"1.weight", 0.25f},  {"2.weight", 0.25f},  {"2.bias", 0.25f},
                                              {"4.0.weight", 0.5f}, {"4.1.weight", 0.5f}, {"4.1.bias", 0.5f},
                                              {"5.weight", 1.0f},   {"5.bias", 1.0f}};
    BOOST_CHECK(rates == wanted);

    // What a step changes is times that.
    Model<Small, SGD> whole(device);
    for (auto* m : {&model, &whole}) {
        for (std::size_t i = 0; i < m->input().size(); ++i) m->input()[i] = std::sin(static_cast<float>(i));
        for (int i = 0; i < 4; ++i) m->labels()[i] = i % 2;
    }
    std::vector<float> before;
    for (const auto& t : whole.tensors()) before.push_back(t.values[0]);
    model.train(4, SGD{.rate = 0.1f}), whole.train(4, SGD{.rate = 0.1f});
    for (std::size_t i = 0; i < before.size(); ++i) {
        const auto& t = model.tensors()[i];
        if (!t.trained) continue;
        const float slow = t.values[0] - before[i], fast = whole.tensors()[i].values[0] - before[i];
        BOOST_TEST(std::abs(slow - wanted.at(t.name) * fast) < 1e-6f, t.name);
    }
}

BOOST_AUTO_TEST_CASE(a_decay_out_of_range_is_refused) {
    cpu::Device device(1);
    const Model<Small, SGD> model(device);
    for (const float bad : {0.0f, -1.0f, 1.5f, std::nanf("")}) BOOST_CHECK_THROW(rates_by_depth(model, bad), Error);
}
