// The steps of an exported header: which layers one kernel computes, and in which layout every value lies.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "runtime/export/inference_graph.hpp"
#include "runtime/export/quantisation.hpp"

namespace tn {

/// A value as it lies in memory. The network's input and output are planes without padding.
struct HeaderValue {
    bool blocked = false;  ///< 16 channels innermost, or planes
    Padding pad{};         ///< zeros around every image
    Shape shape{};
    int view_of = -1;             ///< the value of the program in whose place it lies, with other extents
    int pixel = 0;                ///< above 0: bytes, so many channels innermost
    Quantisation quantisation{};  ///< of bytes

    /// Floats in memory, or as many as the bytes fill.
    std::size_t size() const;
    /// "detail::Blocked<16, 8, 8, 1, 1, 1, 1>"
    std::string layout() const;
    /// Whether it can be read as planes without padding, too.
    bool is_plain() const;
};

struct HeaderStep {
    enum Method {
        planes,       ///< a kernel on planes without padding, by its operation
        blocked,      ///< the same on blocks
        convolution,  ///< or a dense layer; x may be blocked or planes
        winograd,
        depthwise,
        convert,    ///< to another layout
        int8,       ///< on bytes
        quantise,   ///< floats to bytes
        dequantise  ///< bytes to floats
    } method = planes;
    int node = -1;          ///< of the graph, -1 to convert
    std::vector<int> read;  ///< numbers of values in memory; the addend of a convolution is the second one
    int written = 0;
    int activation = 0;  ///< 0 none, 1 ReLU, 2 ReLU6
    bool pools = false;  ///< maxima of 2 x 2 positions
};

struct HeaderProgram {
    std::vector<HeaderValue> values;  ///< the first is the network's input
    std::vector<HeaderStep> steps;
    int output = 0;  ///< always plain
};

/// How far the windows reach beyond the image; at the end perhaps less than the padding that the layer says.
Padding padding_needed(const Window& w, Shape in, Shape out);
/// The larger of both on every side.
Padding larger(const Padding& a, const Padding& b);
/// 1 where the node is ReLU, 2 where it is ReLU6, else 0.
int activation_of(const GraphNode& node);

HeaderProgram header_program(const InferenceGraph& graph);

}  // namespace tn
