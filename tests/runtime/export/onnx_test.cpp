// Exported ONNX models: valid for onnx's checker and equal to onnxruntime's result, where Python has them.
#define BOOST_TEST_MODULE onnx_export
#include "runtime/export/onnx.hpp"

#include <boost/test/unit_test.hpp>

#include "dsl/typenet.hpp"
#include "runtime/io/safetensors.hpp"
#include "tests/support/exported.hpp"
#include "tests/support/python.hpp"

using namespace tn;
using namespace tn_test;

namespace {

template <class N>
std::string model_of(const Samples<N>& samples, const std::vector<OnnxPart>& inputs = {},
                     const std::vector<OnnxPart>& outputs = {}, int opset = 13) {
    return to_onnx(inference_graph(*samples.model), {{"a", "\xc3\xa9"}, {}, inputs, outputs, opset});
}

/// The largest difference between the model's outputs and onnxruntime's.
template <class N>
double difference(int active = N::output.channels, const std::vector<OnnxPart>& inputs = {},
                  const std::vector<OnnxPart>& outputs = {}, int opset = 13) {
    TemporaryFolder folder;
    const Samples<N> samples(active);
    BOOST_TEST(samples.telling());
    folder.write("model.onnx", model_of(samples, inputs, outputs, opset));
    std::vector<std::int64_t> in{samples.count, N::input.channels};
    if (!N::input.is_vector) in.insert(in.end(), {N::input.height, N::input.width});
    const TensorView views[] = {{"x", in, samples.x}, {"y", samples.shape, samples.y}};
    write_safetensors(folder / "samples.safetensors", views, {});
    const Run r = run_python("runtime/export/onnx_check.py", {folder.path().string()});
    BOOST_REQUIRE_MESSAGE(r.status == 0, r.err);
    return std::stod(r.out);
}

}  // namespace

BOOST_AUTO_TEST_CASE(onnxruntime_gives_the_same) {
    if (!python_has("numpy, onnx, onnxruntime")) return;
    BOOST_TEST(difference<Photographic>() < 1e-5);
    BOOST_TEST(difference<Photographic>(3) < 1e-5);
    BOOST_TEST(difference<Winding>() < 1e-5);
    BOOST_TEST(difference<Unfolded>() < 1e-5);
    BOOST_TEST(difference<Twins>() < 1e-5);
    BOOST_TEST(difference<Several>() < 1e-5);
    BOOST_TEST(difference<Several>(7, {{"image", Image<1, 4, 5>}, {"numbers", Vector<3>}},
                                   {{"class", Vector<3>}, {"place", Vector<2>}, {"tags", Vector<2>}}) < 1e-5);
    BOOST_TEST(difference<Values>() < 1e-5);
    BOOST_TEST(difference<Outside>() < 1e-5);
    BOOST_TEST(difference<Formulas>() < 1e-5);
    BOOST_TEST(difference<Norms>() < 1e-5);
    BOOST_TEST(difference<Reshaped>() < 1e-5);
    BOOST_TEST(difference<Transformer>() < 1e-5);
    BOOST_TEST(difference<Words>() < 1e-5);
    BOOST_TEST(difference<Gated>() < 1e-5);
    BOOST_TEST(difference<Windows>() < 1e-5);
    BOOST_TEST(difference<Decoder>() < 1e-5);
    BOOST_TEST(difference<Segmented>() < 1e-5);
}

BOOST_AUTO_TEST_CASE(onnxruntime_gives_the_same_with_every_operator_set) {
    if (!python_has("numpy, onnx, onnxruntime")) return;
    const auto of = [](auto network, int opset) {
        using N = decltype(network);
        return difference<N>(N::output.channels, {}, {}, opset);
    };
    for (int opset = least_opset; opset <= most_opset; ++opset) {
        BOOST_TEST_CONTEXT("operator set " << opset) {
            BOOST_TEST(of(Photographic{}, opset) < 1e-5);
            BOOST_TEST(of(Segmented{}, opset) < 1e-5);
            BOOST_TEST(of(Norms{}, opset) < 1e-5);
            BOOST_TEST(of(Decoder{}, opset) < 1e-5);
            BOOST_TEST(of(Words{}, opset) < 1e-5);
        }
    }
    for (const int opset : {11, 12, 18, 21}) {
        BOOST_TEST(of(Transformer{}, opset) < 1e-5);
        BOOST_TEST(of(Formulas{}, opset) < 1e-5);
        BOOST_TEST(of(Windows{}, opset) < 1e-5);
    }
    for (const int opset : {10, 22})
        BOOST_TEST(contains(error_of([&] { model_of(Samples<Values>(), {}, {}, opset); }),
                            "ONNX models are written with operator sets 11 to 21, not "));
}

BOOST_AUTO_TEST_CASE(what_layers_share_is_written_once) {
    const std::string bytes = model_of(Samples<Twins>());
    const std::size_t values = 2 * 9 * 5 + 5 + 5 * 9 * 3 + 3 + 6 * 42 * 7 + 7 + 7 * 7 + 7 + 7 * 3 + 3;
    BOOST_TEST(bytes.size() > 4 * values);
    BOOST_TEST(bytes.size() < 4 * values + 3000);
}

BOOST_AUTO_TEST_CASE(a_model_has_its_weights_names_and_classes) {
    const std::string bytes = model_of(Samples<Photographic>(3));
    for (const char* part :
         {"typenet", "Conv", "MaxPool", "Gemm", "Softmax", "0 Conv<8, 3>", "[\"a\",\"\xc3\xa9\"]", "deviation"})
        BOOST_TEST(contains(bytes, part), part);
    const std::string in_colour =
        to_onnx(inference_graph(*Samples<Mobile>().model), {{}, {{0.1f, 0.2f, 0.3f}, {0.25f, 0.5f, 1}}});
    const std::string grey =
        to_onnx(inference_graph(*Samples<Photographic>().model), {{}, {{0.25f, 9, 9}, {0.5f, 9, 9}}});
    BOOST_TEST((contains(grey, "[0.25]") && contains(grey, "[0.5]") && !contains(grey, "9.0")));
    BOOST_TEST((contains(in_colour, "[0.25,0.5,1.0]") && !contains(in_colour, "[0.25]")));
    BOOST_TEST((contains(in_colour, "Clip") && !contains(in_colour, "(step ")), "Relu6 is one node");
    BOOST_TEST(!contains(to_onnx(inference_graph(*Samples<Values>().model), {}), "deviation"));
    const std::size_t weights = 8 * 9 + 8 + 8 * 8 * 9 + 8 + 128 * 16 + 16 + 16 * 3 + 3;
    BOOST_TEST(bytes.size() > weights * sizeof(float));
    BOOST_TEST(bytes.size() < weights * sizeof(float) + 3000);
    cpu::Device device(1);
    Model<Unknown> unknown(device);
    BOOST_TEST(contains(error_of([&] { to_onnx(inference_graph(unknown), {}); }), "layer 1 Cube: cannot be exported"));
}
