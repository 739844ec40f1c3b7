#include "runtime/export/int8_packing.hpp"

#include "dsl/core/index.hpp"

namespace tn {

std::vector<float> pack_fours(const std::vector<float>& weight, int filters, const HeaderValue& in, const Window& w) {
    const int channels = in.shape.channels, taps = w.kernel_h * w.kernel_w;
    std::vector<float> packed;
    const auto four = [&](int first, auto index) {
        for (int f = first; f < first + 16; ++f)
            for (int k = 0; k < 4; ++k) {
                const int at = f < filters ? index(k) : -1;
                packed.push_back(at < 0 ? 0.0f : weight[Index{f} * channels * taps + at]);
            }
    };
    for (int first = 0; first < filters; first += 16) {
        if (in.pixel == 1)
            for (int row = 0; row < w.kernel_h; ++row)
                for (int column = 0; column < w.kernel_w; column += 4)
                    four(first, [&](int k) { return column + k < w.kernel_w ? row * w.kernel_w + column + k : -1; });
        else
            for (int block = 0; block < channels; block += in.pixel)
                for (int tap = 0; tap < taps; ++tap)
                    for (int c = block; c < channels && c < block + in.pixel; c += 4)
                        four(first, [&](int k) { return c + k < channels ? (c + k) * taps + tap : -1; });
    }
    return packed;
}

std::vector<int> offsets_of_fours(const HeaderValue& in, const Window& w) {
    const int channels = in.shape.channels, columns = in.shape.width + in.pad.left + in.pad.right,
              rows = in.shape.height + in.pad.top + in.pad.bottom;
    std::vector<int> offsets;
    if (in.pixel == 1)
        for (int row = 0; row < w.kernel_h; ++row)
            for (int column = 0; column < w.kernel_w; column += 4)
                offsets.push_back(row * w.dilation_h * columns + column);
    else
        for (int block = 0; block < channels; block += in.pixel)
            for (int row = 0; row < w.kernel_h; ++row)
                for (int column = 0; column < w.kernel_w; ++column)
                    for (int c = 0; c < in.pixel && block + c < channels; c += 4)
                        offsets.push_back(block * rows * columns +
                                          (row * w.dilation_h * columns + column * w.dilation_w) * in.pixel + c);
    return offsets;
}

std::vector<float> pack_taps(const std::vector<float>& weight, int channels, const Window& w, int together) {
    std::vector<float> packed;
    for (int first = 0; first < channels; first += 16)
        for (int row = 0; row < w.kernel_h; ++row)
            for (int column = 0; column < w.kernel_w; column += together)
                for (int c = first; c < first + 16; ++c)
                    for (int k = column; k < column + together; ++k)
                        packed.push_back(c < channels && k < w.kernel_w
                                             ? weight[(Index{c} * w.kernel_h + row) * w.kernel_w + k]
                                             : 0.0f);
    return packed;
}

bool is_by_channel(const InferenceGraph& graph, const GraphNode& node) {
    return node.operation.kind == Operation::scale || is_depthwise(graph, node);
}

WeightPairs pairs_of(const InferenceGraph& graph, const GraphNode& node, const HeaderValue& in) {
    if (is_by_channel(graph, node)) return {};
    const Window w = window_of_weights(node, in.shape);
    if (in.pixel == 1) return {1, static_cast<std::size_t>(w.kernel_w)};
    return {static_cast<std::size_t>(w.kernel_h) * w.kernel_w, static_cast<std::size_t>(in.shape.channels)};
}

std::vector<float> output_scales(const QuantisedWeights& weights, const HeaderValue& out) {
    std::vector<float> scales;
    for (const double s : weights.scale)
        scales.push_back(static_cast<float>(out.pixel > 0 ? s / static_cast<double>(out.quantisation.scale) : s));
    return scales;
}

}  // namespace tn
