#include "runtime/export/int8_calls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dsl/core/index.hpp"
#include "runtime/export/cpp_formula.hpp"
#include "runtime/export/header_text.hpp"
#include "runtime/export/int8_packing.hpp"
#include "runtime/export/int8_plan.hpp"

namespace tn {

namespace {

std::string literal(double value) { return float_literal(static_cast<float>(value)); }

/// The range of what the step writes.
std::string range_of(const HeaderStep& step, const HeaderValue& out) {
    if (out.pixel > 0) {
        const auto [zero, low, high] = bytes_of(step, out.quantisation);
        return fmt::format("{{{}, {}, {}}}", literal(zero), literal(low), literal(high));
    }
    return fmt::format("{{0.0f, {}, {}}}", step.activation > 0 ? "0.0f" : "-3e38f",
                       step.activation == 2 ? "6.0f" : "3e38f");
}

}  // namespace

std::string Int8Calls::place(int number) const {
    const std::string place = places_.expression(number);
    return value(number).pixel > 0 ? fmt::format("detail::bytes({})", place) : place;
}

std::string Int8Calls::tensor(const HeaderStep& step, std::size_t number, std::vector<float> values, NumberType type) {
    return fmt::format("detail::values_at({})",
                       weights_.add(std::move(values), step.node, number, graph_.nodes[step.node].layer, type));
}

std::string Int8Calls::with_weights(const HeaderStep& step) {
    const GraphNode& node = graph_.nodes[step.node];
    const HeaderValue &in = value(step.read[0]), &out = value(step.written);
    const bool depthwise = is_by_channel(graph_, node);
    const Window window = window_of_weights(node, in.shape);
    const QuantisedWeights q = quantised_weights(node, in.quantisation, pairs_of(graph_, node, in));
    const int filters = out.shape.channels;
    const std::string weight =
        tensor(step, 0, depthwise ? pack_taps(q.weight, filters, window, 2) : pack_fours(q.weight, filters, in, window),
               NumberType::int8);
    const std::string bias = tensor(step, 1, pack_channels(q.bias, filters, 1), NumberType::int32),
                      factor = tensor(step, 2, pack_channels(output_scales(q, out), filters, 1), NumberType::fp32);
    return fmt::format("detail::{}<{}, {}, {}{}>{}({}, {}, {}, {}, {}, {}, {});\n",
                       depthwise ? "int8_depthwise" : "Int8Convolution", in.layout(), out.layout(), taps_of(window),
                       step.pools ? ", true" : "", depthwise ? "" : "::run", place(step.read[0]), weight, bias, factor,
                       place(step.written), out.quantisation.zero, range_of(step, out));
}

std::string Int8Calls::call(std::size_t number) {
    const HeaderStep& step = program_.steps[number];
    const HeaderValue &in = value(step.read[0]), &out = value(step.written);
    const std::string x = place(step.read[0]), y = place(step.written), layouts = in.layout() + ", " + out.layout();
    const double from = in.quantisation.scale, to = out.quantisation.scale;
    const int zero = out.quantisation.zero;
    if (step.method == HeaderStep::quantise)
        return fmt::format("detail::quantise<{}>({}, {}, {}, {});\n", layouts, x, y, literal(1 / to), zero);
    if (step.method == HeaderStep::dequantise)
        return fmt::format("detail::dequantise<{}>({}, {}, {}, {});\n", layouts, x, y, literal(from),
                           in.quantisation.zero);
    const GraphNode& node = graph_.nodes[step.node];
    const Window& window = node.operation.window;
    const std::string range = range_of(step, out);
    switch (node.operation.kind) {
        case Operation::max_pool:
            return fmt::format("detail::int8_max_pool<{}, {}>({}, {}, {});\n", layouts, taps_of(window), x, y, zero);
        case Operation::average_pool:
            return fmt::format("detail::int8_average_pool<{}, {}>({}, {}, {}, {}, {}, {});\n", layouts, taps_of(window),
                               x, y, literal(from / to / (window.kernel_h * window.kernel_w)), in.quantisation.zero,
                               zero, range);
        case Operation::global_average_pool:
            return fmt::format("detail::int8_global_average_pool<{}>({}, {}, {}, {}, {}, {});\n", layouts, x, y,
                               literal(from / to / static_cast<double>(in.shape.plane())), in.quantisation.zero, zero,
                               range);
        case Operation::pointwise: {
            const std::string values =
                tensor(step, 0, table_of(node, in.quantisation, out.quantisation), NumberType::byte);
            return fmt::format("detail::int8_table<{}>({}, {}, {}, {});\n", layouts, x, y, values, zero);
        }
        case Operation::add: {
            const HeaderValue& other = value(step.read[1]);
            const double second = other.quantisation.scale,
                         shift = zero - (in.quantisation.zero * from + other.quantisation.zero * second) / to;
            const std::string bounds = range.substr(range.find(','));
            return fmt::format("detail::int8_add<{}, {}, {}>({}, {}, {}, {}, {}, {}, {{{}{});\n", in.layout(),
                               other.layout(), out.layout(), x, place(step.read[1]), y, literal(from / to),
                               literal(second / to), zero, literal(shift), bounds);
        }
        case Operation::concat: {
            std::string text = fmt::format("detail::fill_border<{}>({}, {});\n", out.layout(), y, zero);
            int at = 0;
            for (const int read : step.read) {
                text += fmt::format("    detail::int8_copy<{}, {}, {}>({}, {});\n", value(read).layout(), out.layout(),
                                    at, place(read), y);
                at += value(read).shape.channels;
            }
            return text;
        }
        default: return with_weights(step);
    }
}

}  // namespace tn
