#include "runtime/export/onnx.hpp"

#include "runtime/export/onnx_graph.hpp"
#include "tests/fuzz/target.hpp"

/// A convolution, a pool, a sum of two ways and a dense layer.
std::vector<tn_test::Bytes> tn_test::samples() {
    using namespace tn;
    const Shape image{2, 4, 4, false}, small{2, 2, 2, false}, vector{3, 1, 1, true};
    const Window window{.kernel_h = 3, .kernel_w = 3, .pad = {1, 1, 1, 1}},
        pool{.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2};
    InferenceGraph graph;
    graph.values = {image, image, image, small, vector};
    graph.output = 4;
    graph.nodes = {
        {{.kind = Operation::convolution, .window = window, .features = 2},
         "0 Conv",
         {0},
         1,
         {std::vector<float>(36, 0.5f), {1, 2}},
         true},
        {{.kind = Operation::add}, "1 Add", {0, 1}, 2},
        {{.kind = Operation::max_pool, .window = pool}, "2 Pool", {2}, 3},
        {{.kind = Operation::dense, .features = 3}, "3 Dense", {3}, 4, {std::vector<float>(24, 0.25f), {1, 2, 3}}}};
    const std::string bytes = to_onnx(graph, {{"a", "b", "c"}, {}});
    return {Bytes(bytes.begin(), bytes.end())};
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return tn_test::attempt([&] {
        const tn::InferenceGraph graph = tn::onnx_graph(tn::parse_onnx({data, size}, "x"));
        for (const tn::GraphNode& node : graph.nodes)
            for (const int input : node.inputs)
                tn_test::require(input >= 0 && input < std::ssize(graph.values), "a node reads a value");
        tn_test::require(graph.output < std::ssize(graph.values), "the output is a value");
    });
}
