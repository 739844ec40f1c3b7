// ONNX models that are imported: the weights of one model, exported, make another one the same; what does not fit is
// named.
#define BOOST_TEST_MODULE onnx_import
#include "runtime/export/onnx_import.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>

#include "dsl/typenet.hpp"
#include "runtime/export/onnx.hpp"
#include "runtime/export/onnx_graph.hpp"
#include "tests/runtime/temporary_folder.hpp"
#include "tests/support/exported.hpp"
#include "tests/support/shell.hpp"

using namespace tn;
using namespace tn_test;

namespace {

template <class N> InferenceGraph through_a_file(const Model<N>& model) {
    const TemporaryFolder folder;
    const auto path = folder.write("model.onnx", to_onnx(inference_graph(model), {{"a", "b"}, {}}));
    return onnx_graph(read_onnx(path.string()));
}

/// The largest difference between a model's outputs and those of another one that has imported it.
template <class N> double difference(int active = N::output.channels) {
    const Samples<N> samples(active);
    BOOST_TEST(samples.telling());
    cpu::Device device(1);
    Model<N> other(device, 9);
    other.active_outputs(active);
    import_weights(
        through_a_file(*samples.model), [&] { return inference_graph(other); }, other.tensors());
    std::copy(samples.x.begin(), samples.x.end(), other.input().begin());
    const auto p = other.predict(samples.count);
    double most = 0;
    for (int n = 0; n < samples.count; ++n)
        for (tn::Index k = 0; k < active * N::output.plane(); ++k)
            most = std::max(most, std::abs(static_cast<double>(p[n * N::output.size() + k]) -
                                           samples.y[n * active * N::output.plane() + k]));
    return most;
}

/// What is said of the first network's model, imported as the second one.
template <class From, class To> std::string complaint() {
    const Samples<From> samples;
    cpu::Device device(1);
    Model<To> other(device, 9);
    const std::vector<float> before(other.tensors()[0].values.begin(), other.tensors()[0].values.end());
    const std::string words = error_of([&] {
        import_weights(
            through_a_file(*samples.model), [&] { return inference_graph(other); }, other.tensors());
    });
    BOOST_TEST(std::equal(before.begin(), before.end(), other.tensors()[0].values.begin()));
    return words;
}

using Wider =
    Net<Image<1, 16, 16>, Batch<3>,
        Seq<Conv<8, 3>, BN, Relu, Pool<2>, Conv<12, 3>, BN, Relu, Pool<2>, Dense<16>, BN, Relu, Dropout<50>, Dense<10>>,
        SoftmaxCrossEntropy>;
using Colour =
    Net<Image<3, 16, 16>, Batch<3>,
        Seq<Conv<8, 3>, BN, Relu, Pool<2>, Conv<8, 3>, BN, Relu, Pool<2>, Dense<16>, BN, Relu, Dropout<50>, Dense<10>>,
        SoftmaxCrossEntropy>;
using Growing = Net<Image<2, 5, 4>, Batch<3>,
                    Seq<Conv<4, 3>, Silu, ConvTranspose<5, 3, Stride<2>, Pad<1>, OutputPad<1>>, BN, Relu,
                        ConvTranspose<2, Kernel<3, 2>, Stride<1, 2>, Pad<1, 0>, NoBias>, Conv<3, 1>>,
                    MeanSquaredError>;
using Shorter = Net<Image<1, 16, 16>, Batch<3>, Seq<Conv<8, 3>, BN, Relu, Pool<2>, Dense<10>>, SoftmaxCrossEntropy>;

}  // namespace

BOOST_AUTO_TEST_CASE(an_imported_model_is_the_same) {
    BOOST_TEST(difference<Photographic>() < 1e-5);
    BOOST_TEST(difference<Photographic>(3) < 1e-5);
    BOOST_TEST(difference<Winding>() < 1e-5);
    BOOST_TEST(difference<Unfolded>() < 1e-5);
    BOOST_TEST(difference<Segmented>() < 1e-5);
    BOOST_TEST(difference<Values>() < 1e-5);
    BOOST_TEST(difference<Growing>() < 1e-5);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_named) {
    BOOST_TEST((complaint<Colour, Photographic>()) ==
               "node '0 Conv<8, 3>' (Conv): does not fit the network's layer 0 Conv<8, 3>");
    BOOST_TEST((complaint<Photographic, Wider>()) ==
               "node '4 Conv<8, 3>' (Conv): does not fit the network's layer 4 Conv<12, 3>");
    BOOST_TEST((complaint<Photographic, Shorter>()) ==
               "node '4 Conv<8, 3>' (Conv): does not fit the network's layer 4 Dense<10>");
    BOOST_TEST(contains(complaint<Shorter, Photographic>(), "does not fit the network's layer 4 Conv<8, 3>"));
    BOOST_TEST(contains(error_of([] { through_a_file(*Samples<Norms>().model); }), "node '0 LayerNorm"));
    BOOST_TEST(contains(error_of([] { through_a_file(*Samples<Decoder>().model); }),
                        "(Resize): is of an operation that cannot be imported"));
}

BOOST_AUTO_TEST_CASE(zeros_around_an_image_are_those_of_the_convolution_behind_it) {
    OnnxModel model;
    model.inputs["x"] = {0, 1, 4, 4};
    model.outputs = {"y"};
    model.constants["pads"] = {{8}, {}, {0, 0, 0, 0, 0, 0, 1, 1}};
    model.constants["weight"] = {{2, 1, 3, 3}, std::vector<float>(18, 1.0f), {}};
    model.nodes = {{"pad", "Pad", {"x", "pads"}, {"padded"}, {}, {}, {}, {}},
                   {"conv", "Conv", {"padded", "weight"}, {"y"}, {{"strides", {2, 2}}}, {}, {}, {}}};
    const InferenceGraph graph = onnx_graph(model);
    BOOST_REQUIRE(graph.nodes.size() == 1u);
    BOOST_TEST((graph.nodes[0].operation.window.pad == Padding{0, 0, 1, 1}));
    BOOST_TEST((graph.values[graph.output] == Shape{2, 2, 2, false}));
    model.nodes[1] = {"relu", "Relu", {"padded"}, {"y"}, {}, {}, {}, {}};
    BOOST_TEST(error_of([&] { onnx_graph(model); }) == "node 'relu' (Relu): input 0 is not what a node before gives");
}

BOOST_AUTO_TEST_CASE(windows_that_reach_further_than_numbers_do) {
    OnnxModel model;
    model.inputs["x"] = {0, 1, 4, 4};
    model.outputs = {"y"};
    model.constants["weight"] = {{1, 1, 40000, 1}, std::vector<float>(40000, 1.0f), {}};
    for (const char* const type : {"Conv", "ConvTranspose"}) {
        model.nodes = {{"c", type, {"x", "weight"}, {"y"}, {{"dilations", {65535, 1}}}, {}, {}, {}}};
        BOOST_TEST(error_of([&] { onnx_graph(model); }) == fmt::format("node 'c' ({}): the window is too large", type));
    }
    model.constants["weight"] = {{1, 2, 3, 3}, std::vector<float>(18, 1.0f), {}};
    model.nodes[0].numbers = {{"output_padding", {1, 0}}, {"strides", {2, 2}}};
    BOOST_TEST(error_of([&] { onnx_graph(model); }) ==
               "node 'c' (ConvTranspose): output_padding must be the same for rows and columns");
    model.nodes[0].numbers = {{"output_padding", {1, 1}}, {"strides", {2, 2}}};
    BOOST_TEST((onnx_graph(model).values.back() == Shape{2, 10, 10, false}));
}

/// As PyTorch writes x.view(x.size(0), x.size(1) * x.size(2) * x.size(3)) where the batch has a name.
BOOST_AUTO_TEST_CASE(extents_that_are_computed_where_any_batch_runs) {
    OnnxModel model;
    model.inputs["x"] = {0, 2, 4, 3};
    model.outputs = {"y"};
    model.constants["weight"] = {{5, 24}, std::vector<float>(120, 1.0f), {}};
    for (int i = 0; i < 4; ++i) model.constants["at_" + std::to_string(i)] = {{}, {}, {i}};
    const auto add = [&](const std::string& type, std::vector<std::string> inputs, const std::string& output) {
        model.nodes.push_back({output, type, std::move(inputs), {output}, {}, {}, {}, {}});
    };
    add("Shape", {"x"}, "shape");
    for (const char* i : {"0", "1", "2", "3"})
        add("Gather", {"shape", std::string("at_") + i}, std::string("extent_") + i);
    add("Mul", {"extent_1", "extent_2"}, "channel_rows");
    add("Mul", {"channel_rows", "extent_3"}, "features");
    add("Unsqueeze", {"extent_0", "at_0"}, "batch");
    add("Unsqueeze", {"features", "at_0"}, "vector");
    add("Concat", {"batch", "vector"}, "wanted");
    add("Reshape", {"x", "wanted"}, "flat");
    add("Gemm", {"flat", "weight"}, "y");
    model.nodes.back().numbers["transB"] = {1};
    const InferenceGraph graph = onnx_graph(model);
    BOOST_REQUIRE(graph.nodes.size() == 2u);
    BOOST_TEST((graph.values[graph.output] == Shape{5, 1, 1, true}));

    model.constants["at_3"].numbers = {4};
    BOOST_TEST(error_of([&] { onnx_graph(model); }) == "node 'extent_3' (Gather): there is no such extent");
    model.constants["at_3"].numbers = {-4};
    BOOST_TEST(error_of([&] { onnx_graph(model); }) ==
               "node 'features' (Mul): must be of extents other than the batch");
    model.constants["at_3"].numbers = {2};
    BOOST_TEST(error_of([&] { onnx_graph(model); }) == "node 'flat' (Reshape): must flatten every sample to a vector");
}

/// One node of one value.
InferenceGraph graph_of(OnnxNode node) {
    OnnxModel model;
    model.inputs["x"] = {0, 5};
    model.outputs = {"y"};
    node.inputs = {"x"};
    node.outputs = {"y"};
    node.name = "f";
    model.nodes = {node};
    return onnx_graph(model);
}
std::string complaint_of(const OnnxNode& node) {
    return error_of([&] { graph_of(node); });
}

BOOST_AUTO_TEST_CASE(functions_of_one_value) {
    const auto is = [](const OnnxNode& node, const Expression& f) {
        return graph_of(node).nodes.at(0).operation == pointwise(f);
    };
    BOOST_TEST(is({"", "HardSwish", {}, {}, {}, {}, {}, {}}, functions::hard_swish));
    BOOST_TEST(is({"", "Mish", {}, {}, {}, {}, {}, {}}, functions::mish));
    BOOST_TEST(is({"", "Softplus", {}, {}, {}, {}, {}, {}}, functions::softplus));
    BOOST_TEST(is({"", "LeakyRelu", {}, {}, {}, {}, {}, {}}, functions::leaky_relu(0.01f)));
    BOOST_TEST(is({"", "LeakyRelu", {}, {}, {}, {{"alpha", 0.2f}}, {}, {}}, functions::leaky_relu(0.2f)));
    BOOST_TEST(is({"", "Elu", {}, {}, {}, {{"alpha", 0.7f}}, {}, {}}, functions::elu(0.7f)));
    BOOST_TEST(is({"", "Gelu", {}, {}, {}, {}, {}, {}}, functions::gelu));
    BOOST_TEST(is({"", "Gelu", {}, {}, {}, {}, {{"approximate", "tanh"}}, {}}, functions::gelu_tanh));
    BOOST_TEST(is({"", "HardSigmoid", {}, {}, {}, {{"alpha", 1.0f / 6}}, {}, {}}, functions::hard_sigmoid));
    BOOST_TEST(complaint_of({"", "HardSigmoid", {}, {}, {}, {}, {}, {}}) ==
               "node 'f' (HardSigmoid): must be that of PyTorch: alpha 1 / 6 and beta 0.5");
    BOOST_TEST(complaint_of({"", "LeakyRelu", {}, {}, {}, {{"alpha", 2.0f}}, {}, {}}) ==
               "node 'f' (LeakyRelu): alpha must be from 0 to 1");
    BOOST_TEST(complaint_of({"", "Elu", {}, {}, {}, {{"alpha", -1.0f}}, {}, {}}) ==
               "node 'f' (Elu): alpha must be at least 0");
}

/// As PyTorch writes silu, and something near it that is none.
BOOST_AUTO_TEST_CASE(a_value_times_its_own_sigmoid) {
    OnnxModel model;
    model.inputs["x"] = {0, 5};
    model.outputs = {"y"};
    model.nodes = {{"s", "Sigmoid", {"x"}, {"s"}, {}, {}, {}, {}}, {"m", "Mul", {"s", "x"}, {"y"}, {}, {}, {}, {}}};
    for (int turned = 0; turned < 2; ++turned) {
        const InferenceGraph graph = onnx_graph(model);
        BOOST_REQUIRE(graph.nodes.size() == 1u);
        BOOST_TEST((graph.nodes[0].operation == pointwise(functions::silu)));
        std::swap(model.nodes[1].inputs[0], model.nodes[1].inputs[1]);
    }
    model.nodes.push_back({"a", "Add", {"y", "s"}, {"z"}, {}, {}, {}, {}});
    model.outputs = {"z"};
    const InferenceGraph graph = onnx_graph(model);
    BOOST_REQUIRE(graph.nodes.size() == 3u);
    BOOST_TEST(graph.nodes[1].operation.kind == Operation::multiply);
}
