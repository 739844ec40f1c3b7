#include "runtime/export/integer_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "runtime/export/header_places.hpp"
#include "runtime/export/header_text.hpp"
#include "runtime/export/int8_program.hpp"
#include "runtime/export/integer_calls.hpp"
#include "runtime/export/integer_kernels.hpp"

namespace tn {

namespace {

/// The network without a softmax at its end, which changes no order.
InferenceGraph without_softmax(InferenceGraph graph) {
    const int last = graph.producer(graph.output);
    if (last >= 0 && graph.nodes[last].operation.kind == Operation::softmax) {
        graph.output = graph.nodes[last].inputs[0];
        graph.nodes.erase(graph.nodes.begin() + last);
    }
    return graph;
}

/// Throws where the program is not of integers alone.
void check(const InferenceGraph& graph, const HeaderProgram& program) {
    int end = program.output;
    while (program.values[end].view_of >= 0) end = program.values[end].view_of;
    for (const HeaderStep& step : program.steps)
        if (step.method == HeaderStep::planes)
            throw Error("layer " + graph.nodes[step.node].layer + ": has no form in integers alone");
    for (const HeaderStep& step : program.steps)
        if ((step.method == HeaderStep::quantise && step.read[0] != 0) ||
            (step.method == HeaderStep::dequantise && step.written != end))
            throw Error("a flattened image that is read by a layer other than Dense has no form in integers alone");
}

std::string constants(const InferenceGraph& graph, const HeaderInfo& info, const Quantisation& in,
                      std::size_t workspace) {
    const Shape x = graph.values[0];
    std::string text = fmt::format(
        "/// One sample: x are {}.\n"
        "/// `workspace` bytes are needed besides.\n"
        "inline constexpr int channels = {}, height = {}, width = {};\n"
        "inline constexpr int inputs = {}, outputs = {}, workspace = {};\n\n",
        reads_pixels(x)
            ? "the bytes of an image's pixels, 0 to 255: [channels][height][width]"
            : fmt::format("bytes that stand for {} (byte - {}): [channels][height][width]", in.scale, in.zero),
        x.channels, x.height, x.width, x.size(), graph.values[graph.output].size(), workspace);
    return text + class_names(info);
}

std::string kernels(const InferenceGraph& graph, const HeaderProgram& program) {
    std::set<Operation::Kind> used;
    bool copies = false, widens = false;
    for (const HeaderStep& step : program.steps) {
        widens = widens || step.method == HeaderStep::dequantise;
        copies = copies || (step.method == HeaderStep::quantise && !reads_pixels(graph.values[0]));
        if (step.method != HeaderStep::int8) continue;
        const GraphNode& node = graph.nodes[step.node];
        const bool depthwise = is_depthwise(graph, node), dense = node.operation.kind == Operation::dense;
        used.insert(depthwise ? Operation::scale : dense ? Operation::convolution : node.operation.kind);
    }
    if (copies) used.insert(Operation::concat);
    std::string text{integer_basics};
    if (!copies) text += integer_input;
    if (widens) text += integer_end;
    for (const HeaderKernel& kernel : integer_kernels)
        if (used.contains(kernel.operation)) text += kernel.source;
    return text;
}

}  // namespace

ExportedHeader integer_header(const InferenceGraph& all, const HeaderInfo& info) {
    check_namespace(info.name);
    if (info.ranges.size() != all.values.size())
        throw Error("int8 needs the ranges of all values: samples to calibrate with");
    const InferenceGraph graph = without_softmax(all);
    const Int8Plan plan = int8_plan(graph, info.ranges);
    const HeaderProgram program = int8_program(graph, plan, Int8Form::compact);
    check(graph, program);
    const HeaderPlaces places(graph, program, std::vector<std::size_t>(program.steps.size()));
    HeaderWeights weights(WeightsAs::int8, false);
    IntegerCalls calls(graph, program, places, weights, info.normalise);
    std::string body;
    for (std::size_t i = 0; i < program.steps.size(); ++i) body += "    " + calls.call(i);
    ExportedHeader header;
    header.workspace = places.total() * sizeof(float);
    header.text = fmt::format(
        "// A trained network, written by typenet: inference for one sample in C++17, in integers alone, without heap "
        "or\n"
        "// libraries.\n// {0}\n#pragma once\n\nnamespace {1} {{\n\n{2}namespace weights {{\n{3}\n}}  // namespace "
        "weights\n"
        "\nnamespace detail {{\n{4}\ninline void run(const Byte* x, int* y, Byte* work) {{\n{5}}}\n\n"
        "}}  // namespace detail\n\n"
        "/// From the `inputs` bytes of one sample to its `outputs`: what comes into the softmax, times 65536, so that "
        "the\n/// largest is the answer. Each thread needs a `work` of its own.\n"
        "inline void infer(const unsigned char* x, int* y, unsigned char* work) {{ detail::run(x, y, work); }}\n\n"
        "}}  // namespace {1}\n",
        graph.description, info.name, constants(graph, info, plan.quantisation[0], header.workspace), weights.text(),
        kernels(graph, program), body);
    return header;
}

}  // namespace tn
