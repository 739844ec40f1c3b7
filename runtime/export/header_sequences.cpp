#include "runtime/export/header_sequences.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runtime/export/cpp_formula.hpp"

namespace tn {

std::size_t sequence_scratch(const GraphNode&, Shape, Shape) { return 0; }

std::string sequence_call(const GraphNode& node, Shape in, Shape, const std::string& x,
                          const std::vector<std::string>& tensors, const std::string& y, const std::string&) {
    const Operation& o = node.operation;
    const std::string parameters = fmt::format("{}", fmt::join(tensors, ", "));
    switch (o.kind) {
        case Operation::layer_norm:
            return fmt::format("layer_norm<{}, {}>({}, {}, {}, {});\n", in.channels, in.plane(), x, parameters,
                               float_literal(o.epsilon), y);
        case Operation::group_norm:
            return fmt::format("group_norm<{}, {}, {}>({}, {}, {}, {});\n", o.groups, in.channels / o.groups,
                               in.plane(), x, parameters, float_literal(o.epsilon), y);
        default: return "";
    }
}

}  // namespace tn
