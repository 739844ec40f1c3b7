// The parts of an ONNX graph: nodes, constants and the shapes of inputs and outputs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dsl/core/shape.hpp"

namespace tn {

/// Appends to a GraphProto of ONNX's onnx.proto, as bytes.
class OnnxNodes {
public:
    using Names = std::vector<std::string>;
    using Extents = std::vector<std::int64_t>;
    using Lists = std::vector<std::pair<const char*, Extents>>;
    using Numbers = std::vector<std::pair<const char*, std::int64_t>>;
    using Texts = std::vector<std::pair<const char*, const char*>>;

    /// `out` must outlive this; `opset` is the operator set that the nodes are of.
    OnnxNodes(std::string& out, int opset) : out_(out), opset_(opset) {}

    int opset() const { return opset_; }

    void begin(const std::string& name, const std::string& description);

    /// A node of an operator; `lists`, `numbers` and `texts` are its attributes. An output without a name is left out.
    void add(const char* type, const Names& inputs, const Names& outputs, const std::string& name,
             const Lists& lists = {}, const Numbers& numbers = {}, const Texts& texts = {});
    void add(const char* type, const Names& inputs, const std::string& output, const std::string& name,
             const Lists& lists = {}, const Numbers& numbers = {}, const Texts& texts = {}) {
        add(type, inputs, Names{output}, name, lists, numbers, texts);
    }

    /// A constant, and one of whole numbers, as Reshape takes it. A constant that is there already is not written
    /// again: nodes added afterwards take the first one for it.
    void write_tensor(const std::string& name, const Extents& extents, const std::vector<float>& values);
    void write_whole_numbers(const std::string& name, const Extents& values);

    /// What comes in and what goes out, a batch of any number of samples of this shape.
    void add_input(const std::string& name, Shape shape);
    void add_output(const std::string& name, Shape shape);

    /// Operators that are not the same in all sets.
    /// The mean along an axis, which stays with extent 1.
    void add_mean(const std::string& x, const std::string& y, const std::string& name, std::int64_t axis);
    /// Without the axis, which has extent 1.
    void add_squeeze(const std::string& x, const std::string& y, const std::string& name, std::int64_t axis);
    /// Over the channels at each position.
    void add_softmax(const std::string& x, const std::string& y, const std::string& name, Shape shape);

private:
    /// A constant that was written, and where its bytes end in out_.
    struct Written {
        std::string name;
        Extents extents;
        std::size_t end;
    };

    std::string& out_;
    int opset_;
    std::unordered_multimap<std::size_t, Written> written_;  ///< by a digest of the bytes
    std::map<std::string, std::string> same_;                ///< names of constants that are others
};

}  // namespace tn
