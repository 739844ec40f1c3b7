// Compiles an exported header alone and compares what it computes with the model that it is of.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/test/unit_test.hpp>
#include <span>
#include <string>
#include <vector>

#include "runtime/export/header.hpp"
#include "tests/runtime/temporary_folder.hpp"
#include "tests/support/exported.hpp"
#include "tests/support/shell.hpp"

namespace tn_test {

inline constexpr const char* checked = "-O1 -fsanitize=address,undefined -fno-sanitize-recover=all";

/// What is exported and how that is compiled.
struct Form {
    WeightsAs weights = WeightsAs::fp32;
    bool block = false;
    std::string options = checked;
    float tolerance = 1e-4f;
};

/// Calibrated on samples [count][input].
inline std::vector<ValueRange> ranges_of(const InferenceGraph& graph, const std::vector<float>& samples) {
    Calibration calibration(graph);
    const std::size_t size = graph.values[0].size();
    for (std::size_t at = 0; at < samples.size(); at += size)
        calibration.add(std::span<const float>(samples).subspan(at, size));
    return calibration.ranges();
}

/// The status of a program that runs the header on samples and compares: 0 when all agree. `work` is on the heap and
/// begins at an odd place, between values that must stay.
template <class N> int compared(int active = N::output.channels, const Form& form = {}) {
    TemporaryFolder folder;
    const Samples<N> samples(active);
    BOOST_TEST(samples.telling());
    const InferenceGraph graph = inference_graph(*samples.model);
    HeaderInfo info{"net", {"a\"\\\n\xc3\xa9", "b?"}, {}, form.weights};
    if (form.weights == WeightsAs::int8) info.ranges = ranges_of(graph, samples.x);
    const ExportedHeader header = exported_header(graph, info, form.block);
    folder.write("net.hpp", header.text);
    if (form.block) folder.write("net.hpp.bin", header.block);
    folder.write("main.cpp",
                 fmt::format("#include \"net.hpp\"\n#include <vector>\n"
                             "constexpr std::size_t samples = {};\n"
                             "static_assert(net::inputs == {} && net::outputs == {} && net::workspace == {});\n"
                             "const float xs[] = {{{}}}, ys[] = {{{}}};\n"
                             "float x[net::inputs], y[net::outputs];\n"
                             "int main() {{\n"
                             "    std::vector<float> all(net::workspace + 3, 7.0f);\n"
                             "    float* const work = all.data() + 1;\n"
                             "    for (std::size_t n = 0; n < samples; ++n) {{\n"
                             "        for (std::size_t i = 0; i < net::inputs; ++i) x[i] = xs[n * net::inputs + i];\n"
                             "        if (!net::infer(x, y, work)) return 3;\n"
                             "        for (std::size_t i = 0; i < net::outputs; ++i)\n"
                             "            if (const float wanted = ys[n * net::outputs + i];\n"
                             "                !(y[i] - wanted < {}f && wanted - y[i] < {}f)) return 1;\n"
                             "    }}\n"
                             "    if (all[0] != 7 || all[net::workspace + 1] != 7) return 4;\n"
                             "    return net::classes[0][3] == 10 && net::classes[1][1] == 63 ? 0 : 2;\n"
                             "}}\n",
                             samples.count, N::input.size(), samples.y.size() / 3, header.workspace,
                             fmt::join(samples.x, ", "), fmt::join(samples.y, ", "), form.tolerance, form.tolerance));
    const std::string built = (folder / "main").string();
    const Run compile = run_shell(fmt::format("{} -std=c++17 -Wall -Wextra -Wpedantic -Werror {} {} -o {}", TN_CXX,
                                              form.options, quoted((folder / "main.cpp").string()), quoted(built)));
    BOOST_TEST(compile.status == 0, compile.err);
    const Run r = run_shell(quoted(built));
    BOOST_TEST(r.err == "");
    return r.status;
}

}  // namespace tn_test
