// Layers that share their weights: what there is once, and what is the sum over the uses.
#define BOOST_TEST_MODULE shared
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "dsl/typenet.hpp"
#include "runtime/model/checkpoint.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using tn_test::TemporaryFolder;

namespace {

struct Tower;
using Encoder = Shared<Tower, Dense<4>, BN, Relu, Dense<3>>;
template <class First, class Second>
using Branches = Net<Vector<3>, Batch<5>, Seq<Concat<First, Seq<Sigmoid, Second>>, Dense<2>>, SoftmaxCrossEntropy>;
using Twins = Branches<Encoder, Encoder>;
using Plain = Seq<Dense<4>, BN, Relu, Dense<3>>;
using Apart = Branches<Plain, Plain>;

static_assert(Twins::parameters == (3 * 4 + 2 * 4) + (4 * 3 + 3) + (6 * 2 + 2));
static_assert(Twins::states == 2 * 4);
static_assert(Apart::parameters == Twins::parameters + (3 * 4 + 2 * 4) + (4 * 3 + 3));
static_assert(Twins::train_bytes<Adam> < Apart::train_bytes<Adam>);

template <class M> void set_batch(M& model) {
    Random random(3, 1);
    for (auto& v : model.input()) v = random.normal();
    for (int i = 0; i < 5; ++i) model.labels()[i] = i % 2;
}

template <class M> auto find(M& model, const std::string& name) {
    for (const auto& t : model.tensors())
        if (t.name == name) return t;
    throw Error("no tensor " + name);
}

}  // namespace

BOOST_AUTO_TEST_CASE(tensors_are_there_once_under_the_first_place) {
    cpu::Device device(1);
    Model<Twins, Adam> model(device);
    std::vector<std::string> names;
    for (const auto& t : model.tensors()) names.push_back(t.name);
    const std::vector<std::string> wanted{"0.0.0.weight",       "0.0.1.weight",      "0.0.1.bias",
                                          "0.0.1.running_mean", "0.0.1.running_var", "0.0.3.weight",
                                          "0.0.3.bias",         "1.weight",          "1.bias"};
    BOOST_TEST(names == wanted, boost::test_tools::per_element());
    const Summary table = Twins::table();
    std::size_t counted = 0;
    for (const SummaryRow& row : table.rows) counted += row.parameters;
    BOOST_TEST(counted == Twins::parameters);
    BOOST_TEST(Twins::summary().find("Dense<4> (that of 0.0.0)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(gradients_are_the_sum_over_the_uses) {
    cpu::Device device(1);
    Model<Twins, SGD> twins(device);
    Model<Apart, SGD> apart(device);
    for (const auto& t : apart.tensors()) {
        std::string name = t.name;
        if (name.substr(0, 4) == "0.1.") name = "0.0." + name.substr(6);  // 0.1.1.0.weight is 0.0.0.weight
        const auto same = find(twins, name);
        std::copy(same.values.begin(), same.values.end(), t.values.begin());
    }
    set_batch(twins);
    set_batch(apart);
    BOOST_TEST(twins.gradients(5).loss == apart.gradients(5).loss);
    for (const char* name : {"0.weight", "1.weight", "1.bias", "3.weight", "3.bias"}) {
        const auto sum = twins.gradient(find(twins, std::string("0.0.") + name));
        const auto first = apart.gradient(find(apart, std::string("0.0.") + name)),
                   second = apart.gradient(find(apart, std::string("0.1.1.") + name));
        for (std::size_t i = 0; i < sum.size(); ++i) BOOST_TEST(sum[i] == second[i] + first[i]);
    }
}

BOOST_AUTO_TEST_CASE(running_statistics_move_with_every_use_in_order) {
    cpu::Device device(1);
    Model<Twins, SGD> model(device);
    set_batch(model);
    const auto weight = find(model, "0.0.0.weight").values;
    std::vector<double> means(4, 0.0);
    for (const bool second : {false, true})
        for (int f = 0; f < 4; ++f) {
            double mean = 0;
            for (int n = 0; n < 5; ++n)
                for (int i = 0; i < 3; ++i) {
                    const double x = model.input()[n * 3 + i];
                    mean += weight[f * 3 + i] * (second ? 1 / (1 + std::exp(-x)) : x) / 5;
                }
            means[f] = 0.9 * means[f] + 0.1 * mean;
        }
    model.gradients(5);
    const auto running = find(model, "0.0.1.running_mean").values;
    for (int f = 0; f < 4; ++f) BOOST_TEST(std::abs(running[f] - means[f]) < 1e-5);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_has_them_once_and_tells_them_from_layers_of_their_own) {
    TemporaryFolder folder;
    cpu::Device device(1);
    Model<Twins, Adam> model(device), again(device, 2);
    set_batch(model);
    for (int i = 0; i < 3; ++i) model.train(5, Adam{});
    CheckpointInfo info;
    save_checkpoint(folder / "twins.safetensors", model, info, true);
    load_checkpoint(folder / "twins.safetensors", again, true);
    set_batch(again);
    BOOST_TEST(again.train(5, Adam{}).loss == model.train(5, Adam{}).loss);
    Model<Apart, Adam> apart(device);
    BOOST_CHECK_THROW(load_checkpoint(folder / "twins.safetensors", apart), Error);
}
