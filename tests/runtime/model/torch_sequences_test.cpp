// The layers over positions and sequences give what PyTorch's give with the same weights, under the same names.
#define BOOST_TEST_MODULE torch_sequences
#include <boost/test/unit_test.hpp>

#include "dsl/typenet.hpp"
#include "runtime/model/weights.hpp"
#include "tests/runtime/temporary_folder.hpp"
#include "tests/support/python.hpp"

using namespace tn;
using namespace tn_test;

namespace {

/// torch_sequences.py has the same network in PyTorch.
using Sequences =
    Net<Vector<9>, Batch<4>,
        Seq<Embedding<6, 8>, PositionEmbedding, Residual<LayerNorm, Attention<2>>, GroupNorm<4, Epsilon<0.01>>, GRU<7>,
            LSTM<6>, ClassToken, Softmax, GRU<5, Last>, LayerNorm, Dense<3>>,
        SoftmaxCrossEntropy>;

struct Sequencing {
    TemporaryFolder folder;
    cpu::Device device{1};
    Model<Sequences> model{device, 1};
    Sequencing() {
        std::uint64_t i = 0;
        for (const auto& t : model.tensors()) {
            Random random(5, 1, i++);
            for (float& v : t.values) v = 0.6f * random.normal();
        }
    }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(tensors_have_the_names_of_a_state_dict, Sequencing) {
    std::vector<std::string> names, expected{"0.weight",
                                             "1.weight",
                                             "2.0.weight",
                                             "2.0.bias",
                                             "2.1.in_proj_weight",
                                             "2.1.in_proj_bias",
                                             "2.1.out_proj.weight",
                                             "2.1.out_proj.bias",
                                             "3.weight",
                                             "3.bias",
                                             "4.weight_ih_l0",
                                             "4.weight_hh_l0",
                                             "4.bias_ih_l0",
                                             "4.bias_hh_l0",
                                             "5.weight_ih_l0",
                                             "5.weight_hh_l0",
                                             "5.bias_ih_l0",
                                             "5.bias_hh_l0",
                                             "6.weight",
                                             "8.weight_ih_l0",
                                             "8.weight_hh_l0",
                                             "8.bias_ih_l0",
                                             "8.bias_hh_l0",
                                             "9.weight",
                                             "9.bias",
                                             "10.weight",
                                             "10.bias"};
    for (const auto& t : model.tensors()) names.push_back(t.name);
    BOOST_TEST(names == expected, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(pytorch_gives_the_same, Sequencing) {
    if (!python_has("torch")) return;
    Random random(6, 1, 1);
    std::vector<float> x(model.input().size());
    for (float& v : x) v = static_cast<float>(random.below(6));
    model.set_input(x);
    const auto outputs = model.outputs(4, false);
    const std::vector<float> y(outputs.begin(), outputs.end());
    BOOST_TEST(std::abs(y[0] - y[3]) > 1e-3);
    const TensorView views[] = {{"x", {4, 9}, x}, {"y", {4, 3}, y}};
    write_safetensors(folder / "expected.safetensors", views, {});
    save_weights(folder / "weights.safetensors", model);
    const Run r = run_python("runtime/model/torch_sequences.py", {folder.path().string()});
    BOOST_REQUIRE_MESSAGE(r.status == 0, r.err);
    BOOST_TEST(std::stod(r.out) < 1e-5);
}
