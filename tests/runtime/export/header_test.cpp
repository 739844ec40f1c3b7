// Exported headers: a program that includes nothing else computes what the model computes.
#define BOOST_TEST_MODULE header_export
#include "runtime/export/header.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>

#include "dsl/typenet.hpp"
#include "tests/runtime/export/header_check.hpp"
#include "tests/support/exported.hpp"
#include "tests/support/shell.hpp"

using namespace tn;
using namespace tn_test;

namespace {

/// The same compiled for this processor, which may have wider vectors, and without vectors as types.
template <class N> bool compared_in_all_widths() {
    const int active = N::output.channels;
    return compared<N>() == 0 && compared<N>(active, {.options = "-O3 -march=native"}) == 0 &&
           compared<N>(active, {.options = "-O1 -DTYPENET_WITHOUT_VECTORS"}) == 0;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_network_like_that_of_photos) { BOOST_TEST(compared<Photographic>() == 0); }
BOOST_AUTO_TEST_CASE(only_the_active_outputs) { BOOST_TEST(compared<Photographic>(3) == 0); }
BOOST_AUTO_TEST_CASE(ways_that_part_and_meet_and_kernels_that_are_not_square) { BOOST_TEST(compared<Winding>() == 0); }
BOOST_AUTO_TEST_CASE(several_inputs_and_heads) { BOOST_TEST(compared<Several>() == 0); }
BOOST_AUTO_TEST_CASE(what_layers_share_is_written_once) {
    BOOST_TEST(compared<Twins>() == 0);
    const std::string text = to_header(inference_graph(*Samples<Twins>().model), {"net", {}, {}});
    BOOST_TEST(text.find("inline constexpr const auto& weight_8 = weight_7;") != text.npos);
}
BOOST_AUTO_TEST_CASE(strides_pads_and_normalisation_that_cannot_be_folded) { BOOST_TEST(compared<Unfolded>() == 0); }
BOOST_AUTO_TEST_CASE(vectors_and_values) { BOOST_TEST(compared<Values>() == 0); }
BOOST_AUTO_TEST_CASE(layers_with_larger_images) { BOOST_TEST(compared<Decoder>() == 0); }
BOOST_AUTO_TEST_CASE(windows_of_every_kind) { BOOST_TEST(compared<Windows>() == 0); }
BOOST_AUTO_TEST_CASE(a_layer_from_outside_that_names_its_operation) { BOOST_TEST(compared<Outside>() == 0); }
BOOST_AUTO_TEST_CASE(layers_that_scale_their_input) { BOOST_TEST(compared<Gated>() == 0); }
BOOST_AUTO_TEST_CASE(normalisations_of_a_sample) { BOOST_TEST(compared<Norms>() == 0); }
BOOST_AUTO_TEST_CASE(other_extents_also_at_the_end) { BOOST_TEST(compared<Reshaped>() == 0); }
BOOST_AUTO_TEST_CASE(a_vision_transformer) { BOOST_TEST(compared<Transformer>() == 0); }
BOOST_AUTO_TEST_CASE(words_and_hidden_states) { BOOST_TEST(compared<Words>() == 0); }
BOOST_AUTO_TEST_CASE(depthwise_convolutions_and_residuals) { BOOST_TEST(compared_in_all_widths<Mobile>()); }
BOOST_AUTO_TEST_CASE(convolutions_in_tiles) { BOOST_TEST(compared_in_all_widths<Tiled>()); }
BOOST_AUTO_TEST_CASE(pools_behind_convolutions) { BOOST_TEST(compared_in_all_widths<Photographic>()); }
BOOST_AUTO_TEST_CASE(every_function_of_one_value) { BOOST_TEST(compared<Formulas>() == 0); }

BOOST_AUTO_TEST_CASE(probabilities_of_every_pixel) { BOOST_TEST(compared<Segmented>() == 0); }

BOOST_AUTO_TEST_CASE(weights_of_half_precision) {
    for (const char* options : {checked, "-O3 -march=native", "-O1 -DTYPENET_WITHOUT_VECTORS"}) {
        BOOST_TEST(compared<Mobile>(5, {WeightsAs::fp16, false, options, 3e-3f}) == 0);
        BOOST_TEST(compared<Tiled>(4, {WeightsAs::fp16, false, options, 3e-3f}) == 0);
    }
    const Samples<Tiled> samples;
    const auto graph = inference_graph(*samples.model);
    BOOST_TEST(exported_header(graph, {"net", {}, {}, WeightsAs::fp16}, true).block.size() <
               0.55 * static_cast<double>(exported_header(graph, {"net", {}, {}}, true).block.size()));
    cpu::Device device(1);
    Model<Values> values(device);
    values.tensors()[0].values[0] = 1e5f;
    BOOST_TEST(error_of([&] {
                   exported_header(inference_graph(values), {"net", {}, {}, WeightsAs::fp16}, false);
               }) == "layer 0 Dense<6>: has a weight too large for fp16");
}

BOOST_AUTO_TEST_CASE(weights_as_a_block_of_bytes) {
    BOOST_TEST(compared<Mobile>(5, {.block = true}) == 0);
    BOOST_TEST(compared<Twins>(3, {.block = true}) == 0);
    BOOST_TEST(compared<Photographic>(10, {WeightsAs::fp16, true, checked, 3e-3f}) == 0);
}

BOOST_AUTO_TEST_CASE(two_files_and_two_widths_in_one_program) {
    TemporaryFolder folder;
    const Samples<Values> samples;
    const ExportedHeader header = exported_header(inference_graph(*samples.model), {"net", {}, {}}, true);
    folder.write("net.hpp", header.text);
    folder.write("net.hpp.bin", header.block);
    folder.write("other.cpp",
                 "#include \"net.hpp\"\n"
                 "float other(const float* x) {\n"
                 "    static float y[net::outputs], work[net::workspace];\n"
                 "    net::infer(x, y, work);\n    return y[0];\n}\n");
    folder.write("main.cpp",
                 "#include \"net.hpp\"\n#include <array>\n#include <vector>\n"
                 "float other(const float* x);\n"
                 "int main() {\n"
                 "    std::array<float, net::inputs> x{};\n    x[1] = 0.5f;\n"
                 "    std::vector<float> y(net::outputs), work(net::workspace);\n"
                 "    if (!net::infer(x, y, work) || !(std::abs(y[0] - other(x.data())) < 1e-5f)) return 1;\n"
                 "    work.pop_back();\n    y[0] = 7;\n"
                 "    if (net::infer(x, y, work) || y[0] != 7) return 2;\n"
                 "    return net::infer(x.data(), static_cast<float*>(nullptr), work.data()) ? 3 : 0;\n}\n");
    const std::string built = (folder / "main").string(), other = (folder / "other.o").string();
    const Run r =
        run_shell(fmt::format("cd {} && {} -std=c++17 -O1 -mavx -c other.cpp && {} -std=c++17 -O1 main.cpp other.o "
                              "-o main && ./main",
                              quoted(folder.path().string()), TN_CXX, TN_CXX));
    BOOST_TEST(r.status == 0, r.err);
}

BOOST_AUTO_TEST_CASE(names_that_no_namespace_can_have) {
    for (const char* name :
         {"class", "std", "co_await", "and", "typeof", "NAN", "_net", "a__b", "exp", "sinf", "size_t", "main"})
        BOOST_TEST(contains(error_of([&] { check_namespace(name); }), "the name of a header's namespace must "), name);
    for (const char* name : {"net", "faces_2", "stdlib_net", "classes"})
        BOOST_TEST(error_of([&] { check_namespace(name); }) == "");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_exported_is_named) {
    cpu::Device device(1);
    Model<Unknown> unknown(device);
    BOOST_TEST(contains(error_of([&] { inference_graph(unknown); }), "layer 1 Cube: cannot be exported: it must name"));
    Model<Values> values(device);
    for (const char* name : {"", "9a", "a b", "a;", "\xc3\xa9"})
        BOOST_TEST(contains(error_of([&] { to_header(inference_graph(values), {name, {}, {}}); }), "must be letters"));
    values.tensors()[0].values[0] = INFINITY;
    BOOST_TEST(contains(error_of([&] { inference_graph(values); }),
                        "layer 0 Dense<6>: cannot be exported: a weight is not finite"));
    Model<Winding> winding(device);
    BOOST_TEST(error_of([&] {
                   winding.active_outputs(2);
                   inference_graph(winding);
               }) == "");
    Model<EndsInRelu> ends(device);
    ends.active_outputs(2);
    BOOST_TEST(contains(error_of([&] { inference_graph(ends); }), "must end in a Dense layer to be exported"));
}
