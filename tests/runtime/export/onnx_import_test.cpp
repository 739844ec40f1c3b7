// ONNX models that are imported: the weights of one model, exported, make another one the same; what does not fit is
// named.
#define BOOST_TEST_MODULE onnx_import
#include "runtime/export/onnx_import.hpp"

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
using Shorter = Net<Image<1, 16, 16>, Batch<3>, Seq<Conv<8, 3>, BN, Relu, Pool<2>, Dense<10>>, SoftmaxCrossEntropy>;

}  // namespace

BOOST_AUTO_TEST_CASE(an_imported_model_is_the_same) {
    BOOST_TEST(difference<Photographic>() < 1e-5);
    BOOST_TEST(difference<Photographic>(3) < 1e-5);
    BOOST_TEST(difference<Winding>() < 1e-5);
    BOOST_TEST(difference<Unfolded>() < 1e-5);
    BOOST_TEST(difference<Segmented>() < 1e-5);
    BOOST_TEST(difference<Values>() < 1e-5);
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
                        "(ConvTranspose): is of an operation that cannot be imported"));
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

BOOST_AUTO_TEST_CASE(files_that_are_none) {
    const TemporaryFolder folder;
    const std::string bytes = to_onnx(inference_graph(*Samples<Values>().model), {});
    const auto refused = [&](const std::string& content) {
        const auto path = folder.write("model.onnx", content);
        const std::string words = error_of([&] { onnx_graph(read_onnx(path.string())); });
        BOOST_TEST(words != "");
        return words;
    };
    BOOST_TEST(contains(refused(""), "is no ONNX model"));
    BOOST_TEST(contains(refused("some text that is none"), "is no ONNX model"));
    for (std::size_t size = 0; size < bytes.size(); size += 7) refused(bytes.substr(0, size));
    // Whatever a byte is, it is read or refused.
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ 0x41);
        const auto path = folder.write("model.onnx", changed);
        error_of([&] { onnx_graph(read_onnx(path.string())); });
    }
}
