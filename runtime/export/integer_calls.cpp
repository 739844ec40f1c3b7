#include "runtime/export/integer_calls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dsl/core/index.hpp"
#include "runtime/export/header_text.hpp"
#include "runtime/export/int8_plan.hpp"

namespace tn {

namespace {

/// multiplier / 2^shift, as detail::times() has it: 24 bits, which a float holds, too.
struct Factor {
    int multiplier, shift;
};
Factor factor_of(double value) {
    int exponent = 0;
    const double part = std::frexp(value, &exponent);
    if (exponent > 23) throw Error("a layer's values are so large that integers do not hold them");
    const int shift = std::min(24 - exponent, 62);
    return {static_cast<int>(std::lround(std::ldexp(part, exponent + shift))), shift};
}

std::string text_of(Factor f) { return fmt::format("detail::Factor{{{}, {}}}", f.multiplier, f.shift); }

std::string integer_range(const HeaderStep& step, const HeaderValue& out) {
    const auto [zero, low, high] = bytes_of(step, out.quantisation);
    return fmt::format("detail::Range{{{}, {}, {}}}", zero, low, high);
}

/// What integers at the end of a network are multiples of.
constexpr double steps_of_end = 65536;

/// [outputs][channels][taps] as [outputs][taps][channels].
std::vector<float> channels_last(const std::vector<float>& weight, int outputs, int channels, int taps) {
    std::vector<float> turned;
    turned.reserve(weight.size());
    for (int f = 0; f < outputs; ++f)
        for (int tap = 0; tap < taps; ++tap)
            for (int c = 0; c < channels; ++c) turned.push_back(weight[(Index{f} * channels + c) * taps + tap]);
    return turned;
}

}  // namespace

bool reads_pixels(Shape in) { return !in.is_vector && in.channels <= 3; }

std::string IntegerCalls::tensor(const HeaderStep& step, std::size_t number, std::vector<float> values,
                                 NumberType type) {
    const int node = std::max(step.node, 0);
    return weights_.add(std::move(values), node, number, graph_.nodes[node].layer, type);
}

std::string IntegerCalls::input(const HeaderStep& step) {
    const HeaderValue& out = value(step.written);
    const int channels = out.shape.channels;
    if (!reads_pixels(out.shape))
        return fmt::format("detail::copy<{}, {}, 0>(x, {});\n", out.layout(), channels, place(step.written));
    std::vector<float> table;
    for (int c = 0; c < channels; ++c) {
        const auto [scale, shift] = normalise_.scaling(c);
        for (int byte = 0; byte < 256; ++byte) {
            const float v = static_cast<float>(byte) * scale + shift;
            table.push_back(std::clamp(
                std::nearbyint(v / out.quantisation.scale) + static_cast<float>(out.quantisation.zero), 0.0f, 255.0f));
        }
    }
    return fmt::format("detail::look_up<{}>(x, {}, {});\n", out.layout(), place(step.written),
                       tensor(step, 4, std::move(table), NumberType::byte));
}

std::string IntegerCalls::with_weights(const HeaderStep& step) {
    const GraphNode& node = graph_.nodes[step.node];
    const HeaderValue &in = value(step.read[0]), &out = value(step.written);
    const bool scales = node.operation.kind == Operation::scale, depthwise = scales || is_depthwise(graph_, node),
               ends = out.pixel == 0;
    const Window window = window_of_weights(node, in.shape);
    const QuantisedWeights q = quantised_weights(node, in.quantisation);
    const int filters = out.shape.channels, taps = window.kernel_h * window.kernel_w;
    std::vector<float> multipliers, shifts;
    for (const double scale : q.scale) {
        const Factor f = factor_of(ends ? scale * steps_of_end : scale / static_cast<double>(out.quantisation.scale));
        multipliers.push_back(static_cast<float>(f.multiplier));
        shifts.push_back(static_cast<float>(f.shift));
    }
    const std::string weight = tensor(step, 0,
                                      depthwise ? channels_last(q.weight, 1, filters, taps)
                                                : channels_last(q.weight, filters, in.shape.channels, taps),
                                      NumberType::int8),
                      bias = tensor(step, 1, q.bias, NumberType::int32),
                      multiplier = tensor(step, 2, std::move(multipliers), NumberType::int32),
                      shift = tensor(step, 3, std::move(shifts), NumberType::byte);
    const std::string extents = fmt::format("{}, {}", out.shape.height, out.shape.width);
    return fmt::format("detail::{}<{}, {}, {}{}>({}, {}, {}, {}, {}, {}, {}, {});\n",
                       depthwise ? "depthwise" : "convolution", in.layout(), taps_of(window),
                       depthwise ? "" : fmt::format("{}, ", filters), extents, place(step.read[0]), weight, bias,
                       multiplier, shift, place(step.written), in.quantisation.zero, integer_range(step, out));
}

std::string IntegerCalls::call(std::size_t number) {
    const HeaderStep& step = program_.steps[number];
    const HeaderValue &in = value(step.read[0]), &out = value(step.written);
    const std::string x = place(step.read[0]), y = place(step.written), range = integer_range(step, out);
    const double from = in.quantisation.scale, to = out.quantisation.scale;
    if (step.method == HeaderStep::quantise) return input(step);
    if (step.method == HeaderStep::dequantise)
        return fmt::format("detail::widen<{}>({}, {}, {}, {});\n", in.layout(), x, y, in.quantisation.zero,
                           text_of(factor_of(from * steps_of_end)));
    const GraphNode& node = graph_.nodes[step.node];
    const Window& window = node.operation.window;
    const std::string windows =
        fmt::format("{}, {}, {}, {}", in.layout(), taps_of(window), out.shape.height, out.shape.width);
    switch (node.operation.kind) {
        case Operation::max_pool: return fmt::format("detail::max_pool<{}>({}, {});\n", windows, x, y);
        case Operation::average_pool:
            return fmt::format("detail::average_pool<{}>({}, {}, {}, {}, {});\n", windows, x, y, in.quantisation.zero,
                               text_of(factor_of(from / to / (window.kernel_h * window.kernel_w))), range);
        case Operation::global_average_pool:
            return fmt::format("detail::global_average_pool<{}>({}, {}, {}, {}, {});\n", in.layout(), x, y,
                               in.quantisation.zero,
                               text_of(factor_of(from / to / static_cast<double>(in.shape.plane()))), range);
        case Operation::pointwise:
            return fmt::format("detail::look_up_all<{}>({}, {}, {});\n", out.shape.size(), x, y,
                               tensor(step, 0, table_of(node, in.quantisation, out.quantisation), NumberType::byte));
        case Operation::add: {
            const HeaderValue& other = value(step.read[1]);
            return fmt::format("detail::sum<{}>({}, {}, {}, {}, {}, {}, {}, {});\n", out.shape.size(), x,
                               place(step.read[1]), y, in.quantisation.zero, other.quantisation.zero,
                               text_of(factor_of(from / to)),
                               text_of(factor_of(static_cast<double>(other.quantisation.scale) / to)), range);
        }
        case Operation::concat: {
            std::string text;
            int at = 0;
            for (const int read : step.read) {
                text += fmt::format("{}detail::copy<{}, {}, {}>({}, {});\n", text.empty() ? "" : "    ",
                                    value(read).layout(), out.shape.channels, at, place(read), y);
                at += value(read).shape.channels;
            }
            return text;
        }
        default: return with_weights(step);
    }
}

}  // namespace tn
