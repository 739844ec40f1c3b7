// Headers that compute on bytes: near the model, in every width.
#define BOOST_TEST_MODULE int8_header_export
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "dsl/typenet.hpp"
#include "runtime/export/graph_values.hpp"
#include "runtime/export/header.hpp"
#include "tests/runtime/export/header_check.hpp"
#include "tests/support/exported.hpp"

using namespace tn;
using namespace tn_test;

namespace {

/// With the narrowest vectors and the sanitizers, and with the widest of this processor.
template <class N> bool compared_in_int8(float tolerance, std::vector<std::string> options = {}) {
    options.insert(options.end(), {checked, "-O2 -march=native"});
    return std::all_of(options.begin(), options.end(), [&](const std::string& one) {
        return compared<N>(N::output.channels, {WeightsAs::int8, false, one, tolerance}) == 0;
    });
}

/// And with what there is besides.
const std::vector<std::string> narrower{"-O1 -DTYPENET_WITHOUT_VECTORS", "-O1 -march=native -mno-avx512f",
                                        "-O1 -march=native -mno-avx512f -mno-avxvnni",
                                        "-O1 -march=native -mno-avx512vnni", "-O1 -mssse3"};

}  // namespace

BOOST_AUTO_TEST_CASE(int8_like_photos) { BOOST_TEST(compared_in_int8<Photographic>(0.03f)); }
BOOST_AUTO_TEST_CASE(int8_in_tiles_and_residuals) { BOOST_TEST(compared_in_int8<Tiled>(0.08f)); }
BOOST_AUTO_TEST_CASE(int8_depthwise) { BOOST_TEST(compared_in_int8<Mobile>(0.03f, narrower)); }
BOOST_AUTO_TEST_CASE(int8_windows_of_every_kind) { BOOST_TEST(compared_in_int8<Windows>(0.08f)); }
BOOST_AUTO_TEST_CASE(int8_where_ways_part_and_meet) { BOOST_TEST(compared_in_int8<Winding>(0.08f)); }
BOOST_AUTO_TEST_CASE(int8_of_scales_and_functions) { BOOST_TEST(compared_in_int8<Unfolded>(0.08f)); }
BOOST_AUTO_TEST_CASE(int8_of_vectors) { BOOST_TEST(compared_in_int8<Formulas>(0.08f)); }
BOOST_AUTO_TEST_CASE(int8_beside_layers_in_fp32) { BOOST_TEST(compared_in_int8<Gated>(0.08f)); }
BOOST_AUTO_TEST_CASE(int8_between_sequences_and_attention_in_fp32) {
    BOOST_TEST(compared_in_int8<Norms>(0.08f));
    BOOST_TEST(compared_in_int8<Transformer>(0.08f));
    BOOST_TEST(compared_in_int8<Words>(0.08f));
}
BOOST_AUTO_TEST_CASE(int8_between_transposed_convolutions_in_fp32) { BOOST_TEST(compared_in_int8<Decoder>(0.08f)); }
BOOST_AUTO_TEST_CASE(int8_of_every_pixel) { BOOST_TEST(compared_in_int8<Segmented>(0.08f)); }

/// Weights and values as large as they come, of one sign: two products of bytes are then just as many as 16 bits hold.
BOOST_AUTO_TEST_CASE(int8_of_the_largest_products) {
    using Largest = Net<Image<2, 4, 4>, Batch<3>, Seq<Conv<3, 3>, Relu, Dense<2>>, MeanSquaredError>;
    cpu::Device device(1);
    Model<Largest> model(device, 1);
    for (const auto& t : model.tensors())
        std::fill(t.values.begin(), t.values.end(), t.parameter.rank > 1 ? 0.1f : 0.0f);
    std::fill(model.input().begin(), model.input().end(), 1.0f);
    const auto p = model.predict(1);
    const InferenceGraph graph = inference_graph(model);
    const std::vector<float> x(32, 1.0f);
    const TemporaryFolder folder;
    folder.write("net.hpp", to_header(graph, {"net", {}, {}, WeightsAs::int8, ranges_of(graph, x)}));
    folder.write("main.cpp",
                 fmt::format("#include \"net.hpp\"\nfloat x[32], y[2], work[net::workspace];\nint main() {{\n"
                             "for (float& v : x) v = 1;\nnet::infer(x, y, work);\n"
                             "return y[0] > {0}f * 0.98f && y[0] < {0}f * 1.02f ? 0 : 1;\n}}\n",
                             p[0]));
    for (const std::string& options : narrower)
        BOOST_TEST(run_shell(fmt::format("{0} -std=c++17 {1} {2}/main.cpp -o {2}/main && {2}/main", TN_CXX, options,
                                         quoted(folder.path().string())))
                       .status == 0);
}

BOOST_AUTO_TEST_CASE(int8_as_a_block_of_bytes) {
    BOOST_TEST(compared<Photographic>(10, {WeightsAs::int8, true, checked, 0.03f}) == 0);
    const Samples<Tiled> samples;
    const auto graph = inference_graph(*samples.model);
    const auto as_int8 = exported_header(graph, {"net", {}, {}, WeightsAs::int8, ranges_of(graph, samples.x)}, true);
    BOOST_TEST(as_int8.block.size() <
               0.3 * static_cast<double>(exported_header(graph, {"net", {}, {}}, true).block.size()));
    BOOST_TEST(contains(as_int8.text, "// In int8 but for these layers: "));
}

/// What ranges are taken from is what the model computes, in every kind of layer.
template <class N> double furthest_value() {
    const Samples<N> samples;
    const auto graph = inference_graph(*samples.model);
    const std::size_t size = N::input.size(), outputs = samples.y.size() / samples.count;
    double most = 0;
    for (int n = 0; n < samples.count; ++n) {
        const auto y = graph_values(graph, std::span<const float>(samples.x).subspan(n * size, size))[graph.output];
        BOOST_REQUIRE(y.size() == outputs);
        for (std::size_t k = 0; k < outputs; ++k)
            most = std::max(most, std::abs(static_cast<double>(y[k]) - samples.y[n * outputs + k]));
    }
    return most;
}
BOOST_AUTO_TEST_CASE(ranges_are_of_what_the_model_computes) {
    BOOST_TEST(furthest_value<Photographic>() < 1e-5);
    BOOST_TEST(furthest_value<Windows>() < 1e-5);
    BOOST_TEST(furthest_value<Decoder>() < 1e-5);
    BOOST_TEST(furthest_value<Norms>() < 1e-5);
    BOOST_TEST(furthest_value<Transformer>() < 1e-5);
    BOOST_TEST(furthest_value<Words>() < 1e-5);
}

BOOST_AUTO_TEST_CASE(what_int8_needs_is_said) {
    const Samples<Values> samples;
    const auto graph = inference_graph(*samples.model);
    BOOST_TEST(error_of([&] {
                   exported_header(graph, {"net", {}, {}, WeightsAs::int8}, false);
               }) == "int8 needs the ranges of all values: samples to calibrate with");
    BOOST_TEST(error_of([&] { Calibration(graph).ranges(); }) == "int8 needs at least one sample to calibrate with");
}
