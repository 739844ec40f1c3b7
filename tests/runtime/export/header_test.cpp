// Exported headers: a program that includes nothing else computes what the model computes.
#define BOOST_TEST_MODULE header_export
#include "runtime/export/header.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/test/unit_test.hpp>

#include "dsl/typenet.hpp"
#include "tests/support/exported.hpp"
#include "tests/support/shell.hpp"

using namespace tn;
using namespace tn_test;

namespace {

/// The status of a program that runs the header on samples and compares: 0 when all agree within 1e-4.
template <class N> int compared(int active = N::output.channels) {
    TemporaryFolder folder;
    const Samples<N> samples(active);
    BOOST_TEST(samples.telling());
    folder.write("net.hpp", to_header(inference_graph(*samples.model), {"net", {"a\"\\\n\xc3\xa9", "b?"}, {}}));
    folder.write("main.cpp",
                 fmt::format("#include \"net.hpp\"\n"
                             "constexpr std::size_t samples = {};\n"
                             "static_assert(net::inputs == {} && net::outputs == {});\n"
                             "const float xs[] = {{{}}}, ys[] = {{{}}};\n"
                             "float x[net::inputs], y[net::outputs], work[net::workspace];\n"
                             "int main() {{\n"
                             "    for (std::size_t n = 0; n < samples; ++n) {{\n"
                             "        for (std::size_t i = 0; i < net::inputs; ++i) x[i] = xs[n * net::inputs + i];\n"
                             "        net::infer(x, y, work);\n"
                             "        for (std::size_t i = 0; i < net::outputs; ++i)\n"
                             "            if (const float wanted = ys[n * net::outputs + i];\n"
                             "                !(y[i] - wanted < 1e-4f && wanted - y[i] < 1e-4f)) return 1;\n"
                             "    }}\n"
                             "    return net::classes[0][3] == 10 && net::classes[1][1] == 63 ? 0 : 2;\n"
                             "}}\n",
                             samples.count, N::input.size(), samples.y.size() / 3, fmt::join(samples.x, ", "),
                             fmt::join(samples.y, ", ")));
    const std::string built = (folder / "main").string();
    const Run compile =
        run_shell(fmt::format("{} -std=c++17 -O1 -Wall -Wextra -Wpedantic -Werror -fsanitize=address,undefined "
                              "-fno-sanitize-recover=all {} -o {}",
                              TN_CXX, quoted((folder / "main.cpp").string()), quoted(built)));
    BOOST_TEST(compile.status == 0, compile.err);
    const Run r = run_shell(quoted(built));
    BOOST_TEST(r.err == "");
    return r.status;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_network_like_that_of_photos) { BOOST_TEST(compared<Photographic>() == 0); }
BOOST_AUTO_TEST_CASE(only_the_active_outputs) { BOOST_TEST(compared<Photographic>(3) == 0); }
BOOST_AUTO_TEST_CASE(ways_that_part_and_meet_and_kernels_that_are_not_square) { BOOST_TEST(compared<Winding>() == 0); }
BOOST_AUTO_TEST_CASE(several_inputs_and_heads) { BOOST_TEST(compared<Several>() == 0); }
BOOST_AUTO_TEST_CASE(what_layers_share_is_written_once) {
    BOOST_TEST(compared<Twins>() == 0);
    const std::string text = to_header(inference_graph(*Samples<Twins>().model), {"net", {}, {}});
    BOOST_TEST(text.find("(&weight_8)[49] = weight_7;") != text.npos, text.substr(text.rfind("weight_7")));
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
BOOST_AUTO_TEST_CASE(every_function_of_one_value) { BOOST_TEST(compared<Formulas>() == 0); }

BOOST_AUTO_TEST_CASE(probabilities_of_every_pixel) { BOOST_TEST(compared<Segmented>() == 0); }

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
