// Reads an ONNX model node by node into an inference graph: what onnx_graph() runs.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "runtime/export/inference_graph.hpp"
#include "runtime/export/onnx_file.hpp"

namespace tn::onnx {

class OnnxReader {
public:
    explicit OnnxReader(const OnnxModel& model);

    /// Throws Error naming a node that has no form in the language.
    InferenceGraph run();

private:
    static constexpr Index most_values = Index{1} << 30;

    void read_input();
    void read(const OnnxNode& node);

    /// The input as a constant, null where it is none.
    const OnnxTensor* constant(const OnnxNode& node, std::size_t input) const;
    const OnnxTensor& weights(const OnnxNode& node, std::size_t input, std::size_t rank) const;
    /// The bias of so many outputs behind the weights, where there is one.
    void add_bias(const OnnxNode& node, std::vector<std::vector<float>>& tensors, Index outputs) const;
    int value(const OnnxNode& node, std::size_t input) const;
    Shape shape(const OnnxNode& node) const { return graph_.values[value(node, 0)]; }
    Shape moved(const OnnxNode& node, const Window& w, int channels) const;

    void add(const OnnxNode& node, const Operation& operation, Shape out, std::vector<std::vector<float>> tensors = {},
             std::size_t inputs = 1);
    /// The node does nothing.
    void pass(const OnnxNode& node);

    // Layers with weights or windows: onnx_layers.cpp.
    void pad(const OnnxNode& node);
    void convolution(const OnnxNode& padded);
    void transposed_convolution(const OnnxNode& node);
    /// weight [inputs][outputs], or the other way where `turned`.
    void dense(const OnnxNode& node, bool turned, bool bias);
    void gemm(const OnnxNode& node);
    void norm(const OnnxNode& node);
    void pool(const OnnxNode& node, bool largest);

    /// Of two values, or of one and a constant that has a value a channel.
    void combine(const OnnxNode& node, bool adds);
    /// x sigmoid(x) and x hard_sigmoid(x), whose factor nothing else reads, are functions of their own.
    bool gates_itself(const OnnxNode& node);
    void concat(const OnnxNode& node);
    void flatten(const OnnxNode& node);
    void reshape(const OnnxNode& node);
    void mean(const OnnxNode& node);

    const OnnxModel& model_;
    std::map<std::string, OnnxTensor> constants_;
    std::map<std::string, int> values_;
    std::map<std::string, int> uses_;                                ///< by name: how many nodes read it
    std::map<std::string, std::pair<std::string, Padding>> padded_;  ///< by name: the value, and zeros around it
    InferenceGraph graph_;
};

}  // namespace tn::onnx
