#define BOOST_TEST_MODULE weight_average
#include "runtime/train/weight_average.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "dsl/typenet.hpp"
#include "runtime/model/model.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn;

namespace {

using Tiny = Net<Vector<2>, Batch<4>, Seq<Dense<3>, BN, Relu, Dense<2>>, SoftmaxCrossEntropy>;
cpu::Device device(1);

}  // namespace

BOOST_AUTO_TEST_CASE(the_average_follows_its_formula) {
    Model<Tiny, SGD> model(device, 1);
    WeightAverage average(model, 0.9f);
    double expected = double{model.tensors()[0].values[1]};
    std::vector<float> last;
    for (int step = 1; step <= 120; ++step) {
        for (const auto& t : model.tensors())
            for (float& v : t.values) v = std::sin(static_cast<float>(step) * 0.7f);
        average.add(model, step);
        const double d = std::min(0.9, (1.0 + step) / (10.0 + step));
        expected = d * expected + (1 - d) * std::sin(step * 0.7);
        if (step == 1) BOOST_TEST(d == 2.0 / 11);
        if (step == 120) BOOST_TEST(d == 0.9);
    }
    average.swap(model);
    BOOST_TEST(std::abs(double{model.tensors()[0].values[1]} - expected) < 1e-5);
    // States too, and a second exchange gives back what is trained on.
    BOOST_TEST(std::abs(double{model.tensors().back().values[0]} - expected) < 0.1);
    average.swap(model);
    for (const auto& t : model.tensors())
        for (const float v : t.values) BOOST_TEST(v == std::sin(120 * 0.7f));
}

BOOST_AUTO_TEST_CASE(what_is_constant_stays) {
    Model<Tiny, SGD> model(device, 2);
    WeightAverage average(model, 0.99f);
    const float before = model.tensors()[0].values[0];
    for (std::uint64_t step = 1; step < 50; ++step) average.add(model, step);
    average.swap(model);
    BOOST_TEST(model.tensors()[0].values[0] == before);
}

BOOST_AUTO_TEST_CASE(it_is_saved_and_restored) {
    tn_test::TemporaryFolder folder;
    Model<Tiny, SGD> model(device, 3), other(device, 4);
    const WeightAverage saved(model, 0.9f);
    const auto path = folder / "average.safetensors";
    write_safetensors(path, saved.views(model), {});
    WeightAverage restored(other, 0.9f);
    restored.restore(other, Safetensors(path), "average");
    restored.swap(other);
    for (std::size_t k = 0; k < model.tensors().size(); ++k) {
        const auto a = model.tensors()[k].values, b = other.tensors()[k].values;
        BOOST_TEST(std::equal(a.begin(), a.end(), b.begin(), b.end()));
    }
    write_safetensors(path, {}, {});
    BOOST_TEST(tn_test::error_of([&] { restored.restore(other, Safetensors(path), "file"); }) ==
               "file: must have the tensor 'training.0.weight' with 6 values");
}

BOOST_AUTO_TEST_CASE(refuses_a_decay_that_cannot_be) {
    Model<Tiny, SGD> model(device, 1);
    for (const float decay : {0.0f, 1.0f, -0.5f, std::nanf("")})
        BOOST_TEST(
            tn_test::contains(tn_test::error_of([&] { WeightAverage(model, decay); }), "must lie between 0 and 1"));
}
