#include "runtime/export/header_sequences.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dsl/core/index.hpp"
#include "runtime/export/cpp_formula.hpp"

namespace tn {

std::size_t sequence_scratch(const GraphNode& node, Shape in) {
    switch (node.operation.kind) {
        case Operation::attention: return 3 * in.size() + in.plane();
        case Operation::gru: return Index{2} * node.operation.features;
        case Operation::lstm: return Index{3} * node.operation.features;
        default: return 0;
    }
}

std::string sequence_call(const GraphNode& node, Shape in, Shape out, const std::string& x,
                          const std::vector<std::string>& tensors, const std::string& y, const std::string& scratch) {
    const Operation& o = node.operation;
    const std::string parameters = fmt::format("{}", fmt::join(tensors, ", "));
    switch (o.kind) {
        case Operation::layer_norm:
            return fmt::format("layer_norm<{}, {}>({}, {}, {}, {});\n", in.channels, in.plane(), x, parameters,
                               float_literal(o.epsilon), y);
        case Operation::group_norm:
            return fmt::format("group_norm<{}, {}, {}>({}, {}, {}, {});\n", o.groups, in.channels / o.groups,
                               in.plane(), x, parameters, float_literal(o.epsilon), y);
        case Operation::attention:
            return fmt::format("attention<{}, {}, {}>({}, {}, {}, {}, {}, {}, {});\n", in.channels, in.plane(), o.heads,
                               x, tensors[0], o.bias ? tensors[1] : "nullptr", tensors[o.bias ? 2 : 1],
                               o.bias ? tensors[3] : "nullptr", y, scratch);
        case Operation::position_embedding:
            return fmt::format("add_positions<{}>({}, {}, {});\n", in.size(), x, parameters, y);
        case Operation::class_token:
            return fmt::format("class_token<{}, {}>({}, {}, {});\n", in.channels, in.plane(), x, parameters, y);
        case Operation::slice: return fmt::format("slice<{}>({} + {}, {});\n", out.size(), x, o.first, y);
        case Operation::first_token:
            return fmt::format("first_token<{}, {}>({}, {});\n", in.channels, in.plane(), x, y);
        case Operation::embedding:
            return fmt::format("embedding<{}, {}, {}>({}, {}, {});\n", o.vocabulary, o.features, in.channels, x,
                               parameters, y);
        case Operation::gru:
        case Operation::lstm:
            return fmt::format("{}<{}, {}, {}, {}>({}, {}, {}, {});\n", o.kind == Operation::gru ? "gru" : "lstm",
                               in.channels, in.width, o.features, o.last, x, parameters, y, scratch);
        default: return "";
    }
}

}  // namespace tn
