#include "runtime/export/header.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "runtime/export/cpp_formula.hpp"
#include "runtime/export/header_blocked.hpp"
#include "runtime/export/header_calls.hpp"
#include "runtime/export/header_convolution.hpp"
#include "runtime/export/header_kernels.hpp"
#include "runtime/export/header_lanes.hpp"
#include "runtime/export/header_layouts.hpp"
#include "runtime/export/header_sequences.hpp"
#include "runtime/export/header_text.hpp"
#include "runtime/export/header_vectors.hpp"
#include "runtime/export/header_winograd.hpp"
#include "runtime/export/int8_blocks.hpp"
#include "runtime/export/int8_calls.hpp"
#include "runtime/export/int8_kernels.hpp"
#include "runtime/export/int8_narrow_vectors.hpp"
#include "runtime/export/int8_program.hpp"
#include "runtime/export/int8_vectors.hpp"

namespace tn {

namespace {

std::string constants(const InferenceGraph& graph, const HeaderInfo& info, std::size_t workspace) {
    const Shape in = graph.values[0], out = graph.values[graph.output];
    const auto channels = std::clamp<std::ptrdiff_t>(in.channels, 1, 3);
    std::string text = fmt::format(
        "/// One sample: x is [channels][height][width]. `workspace` floats are needed besides, {} bytes: on the heap, "
        "in\n"
        "/// static memory or wherever they find room.\n"
        "inline constexpr int channels = {}, height = {}, width = {};\n"
        "inline constexpr std::size_t inputs = {}, outputs = {}, workspace = {};\n\n",
        workspace * sizeof(float), in.channels, in.height, in.width, in.size(), out.size(), workspace);
    const auto numbers = [&](const auto& values) {
        std::vector<std::string> words;
        for (std::ptrdiff_t i = 0; i < channels; ++i) words.push_back(float_literal(values[i]));
        return fmt::format("{}", fmt::join(words, ", "));
    };
    if (!in.is_vector && in.channels <= 3)
        text += fmt::format(
            "/// What the network was trained on, by channel: (byte / 255 - mean) / deviation.\n"
            "inline constexpr float mean[] = {{{}}};\ninline constexpr float deviation[] = {{{}}};\n\n",
            numbers(info.normalise.mean), numbers(info.normalise.deviation));
    return text + class_names(info);
}

/// The operations of the program's steps that have this method.
std::set<Operation::Kind> operations(const InferenceGraph& graph, const HeaderProgram& program,
                                     HeaderStep::Method method) {
    std::set<Operation::Kind> found;
    for (const HeaderStep& step : program.steps)
        if (step.method == method) found.insert(graph.nodes[step.node].operation.kind);
    return found;
}

/// The kernels on planes without padding that the program's steps call, each once.
std::string plane_kernels(const InferenceGraph& graph, const HeaderProgram& program, const HeaderFunctions& functions) {
    const std::set<Operation::Kind> used = operations(graph, program, HeaderStep::planes);
    std::string text;
    if (std::any_of(program.steps.begin(), program.steps.end(), [&](const HeaderStep& step) {
            return step.method == HeaderStep::planes && graph.nodes[step.node].operation.window.kernel_h > 0;
        }))
        text += header_window;
    for (const HeaderKernel& kernel : header_kernels)
        if (used.contains(kernel.operation)) text += kernel.source;
    for (const HeaderKernel& kernel : sequence_kernels)
        if (used.contains(kernel.operation)) text += kernel.source;
    return text + functions.source();
}

/// The functions on bytes.
std::string int8_functions(const InferenceGraph& graph, const HeaderProgram& program) {
    std::string text;
    for (const std::string_view part : {int8_wide_vectors, int8_narrow_vectors, header_indices, int8_layouts,
                                        header_tiles, int8_convolution, int8_depthwise, int8_put_16})
        text += part;
    const std::set<Operation::Kind> used = operations(graph, program, HeaderStep::int8);
    for (const HeaderKernel& kernel : int8_block_kernels)
        if (used.contains(kernel.operation)) text += kernel.source;
    return text;
}

/// The functions in fp32.
std::string fp32_functions(const InferenceGraph& graph, const HeaderProgram& program) {
    const std::set<Operation::Kind> on_blocks = operations(graph, program, HeaderStep::blocked);
    std::set<HeaderStep::Method> methods;
    for (const HeaderStep& step : program.steps) methods.insert(step.method);
    std::string text;
    for (const std::string_view part :
         {header_vectors, header_indices, header_layouts, header_tiles, header_convolution})
        text += part;
    if (methods.contains(HeaderStep::winograd)) text += header_winograd;
    if (methods.contains(HeaderStep::depthwise)) text += header_depthwise;
    if (methods.contains(HeaderStep::convert)) text += header_convert;
    for (const HeaderKernel& kernel : blocked_kernels)
        if (on_blocks.contains(kernel.operation)) text += kernel.source;
    return text;
}

/// Which layers an int8 header leaves in fp32, as a line of a comment.
std::string left_in_fp32(const InferenceGraph& graph, const HeaderProgram& program) {
    std::vector<std::string> names;
    for (const HeaderStep& step : program.steps)
        if (step.method == HeaderStep::planes) names.push_back(graph.nodes[step.node].layer);
    return names.empty() ? "// All layers run in int8.\n"
                         : fmt::format("// In int8 but for these layers: {}.\n", fmt::join(names, ", "));
}

/// Where weights that are a file come from. {0}: the namespace.
constexpr const char* block_text = R"(
/// The weights, from the file beside this header that has its name and .bin behind it. With {0}_weights_elsewhere
/// defined, {0}_weights comes from another place, aligned to 64 bytes.
extern "C" const unsigned char {0}_weights[];
#if !defined({0}_weights_elsewhere)
__asm__(
    ".pushsection .rodata.{0}_weights,\"aG\",%progbits,{0}_weights,comdat\n"
    ".weak {0}_weights\n.balign 64\n{0}_weights:\n"
    ".incbin \"" __FILE__ ".bin\"\n"
    ".popsection\n");
#endif
)";
constexpr const char* place_text = R"(
/// Bytes from the beginning of the weights' file.
template <class T> struct Place {
    std::size_t at;
};
)";
constexpr const char* places_of_block = R"(
inline const float* floats_of(weights::Place<float> place) {{
    return reinterpret_cast<const float*>({0}_weights + place.at);
}}
inline const float* weights_of(weights::Place<float> place) {{ return floats_of(place); }}
inline const Half* weights_of(weights::Place<unsigned short> place) {{
    return reinterpret_cast<const Half*>({0}_weights + place.at);
}}
)";
constexpr const char* int8_places_of_block = R"(
template <class T> inline const T* values_at(weights::Place<T> place) {{
    return reinterpret_cast<const T*>({0}_weights + place.at);
}}
inline const float* floats_of(weights::Place<float> place) {{ return values_at(place); }}
)";
constexpr const char* int8_places_of_text = R"(
template <class T> inline const T* values_at(const T* values) { return values; }
inline const float* floats_of(const float* values) { return values; }
)";
constexpr const char* places_of_text = R"(
inline const float* floats_of(const float* values) { return values; }
inline const float* weights_of(const float* values) { return values; }
inline const Half* weights_of(const unsigned short* values) { return reinterpret_cast<const Half*>(values); }
)";

constexpr std::string_view arguments_text = R"(
/// The values of an array or a pointer, or of a span or vector; null where these have fewer than N.
template <std::size_t N, class T, std::size_t M> inline T* values_of(T (&array)[M]) {
    static_assert(M >= N, "the array has too few values");
    return array;
}
template <std::size_t N, class T> inline T* values_of(T* const& values) { return values; }
template <std::size_t N, class Span> inline auto values_of(Span&& span) -> decltype(span.data()) {
    return span.size() < N ? nullptr : span.data();
}
)";

}  // namespace

ExportedHeader exported_header(const InferenceGraph& graph, const HeaderInfo& info, bool as_block) {
    check_namespace(info.name);
    const bool int8 = info.weights_as == WeightsAs::int8;
    if (int8 && info.ranges.size() != graph.values.size())
        throw Error("int8 needs the ranges of all values: samples to calibrate with");
    const HeaderProgram program =
        int8 ? int8_program(graph, int8_plan(graph, info.ranges), Int8Form::blocks) : header_program(graph);
    const HeaderPlaces places(graph, program, header_scratch(graph, program, info.weights_as));
    HeaderWeights weights(info.weights_as, as_block);
    HeaderFunctions functions;
    HeaderCalls calls(graph, program, places, weights, functions, info.weights_as);
    Int8Calls int8_calls(graph, program, places, weights);
    std::string body;
    for (std::size_t i = 0; i < program.steps.size(); ++i)
        body += "    " + (program.steps[i].method >= HeaderStep::int8 ? int8_calls.call(i) : calls.call(i));

    ExportedHeader header;
    header.block = weights.block();
    header.workspace = places.total() + alignment;  // and room to begin at a cache line
    header.text = fmt::format(
        "// A trained network, written by typenet: inference for one sample in C++17, without heap or libraries.\n"
        "// {}\n{}#pragma once\n\n#include <cmath>\n#include <cstddef>\n{}\nnamespace {} {{\n\n{}namespace weights "
        "{{\n{}{}\n}}  "
        "// namespace weights\n",
        graph.description, int8 ? left_in_fp32(graph, program) : "",
        (int8 ? std::string(int8_includes) : "") + (as_block ? fmt::format(fmt::runtime(block_text), info.name) : ""),
        info.name, constants(graph, info, header.workspace), as_block ? place_text : "", weights.text());
    header.text += int8 ? open_lanes(int8_lanes) : open_lanes(fp32_lanes);
    header.text += int8 ? int8_functions(graph, program) : fp32_functions(graph, program);
    header.text += plane_kernels(graph, program, functions);
    if (as_block)
        header.text += fmt::format(fmt::runtime(int8 ? int8_places_of_block : places_of_block), info.name);
    else
        header.text += int8 ? int8_places_of_text : places_of_text;
    header.text += arguments_text;
    header.text += fmt::format(
        "\ninline void run(const float* x, float* y, float* work) {{\n"
        "    while (reinterpret_cast<std::size_t>(work) % 64 != 0) ++work;\n{}}}\n\n}}  // namespace detail\n\n"
        "/// From the `inputs` values of one sample to its `outputs`, with `workspace` floats to work in; all three "
        "may be\n"
        "/// arrays, pointers, or what has data() and size(), such as spans. Nothing is kept between calls; each "
        "thread\n"
        "/// needs a `work` of its own. False, and nothing is computed, where a pointer is null or a span too short.\n"
        "template <class X, class Y, class Work> inline bool infer(const X& x, Y&& y, Work&& work) {{\n"
        "    const float* from = detail::values_of<inputs>(x);\n"
        "    float *to = detail::values_of<outputs>(y), *room = detail::values_of<workspace>(work);\n"
        "    if (!from || !to || !room) return false;\n"
        "    detail::run(from, to, room);\n    return true;\n}}\n\n}}  // namespace of the vectors' width\n\n}}  // "
        "namespace "
        "{}\n",
        body, info.name);
    return header;
}

std::string to_header(const InferenceGraph& graph, const HeaderInfo& info) {
    return exported_header(graph, info, false).text;
}

}  // namespace tn
