#include "runtime/export/graph_image_values.hpp"

#include <algorithm>
#include <cmath>

#include "dsl/core/index.hpp"
#include "dsl/core/window.hpp"

namespace tn::graph_values_of {

namespace {

/// Rows of weight times values of a plane, added: the loop that takes the time.
void add_row(float* y, const float* x, float weight, int count, int stride) {
    if (stride == 1)
        for (int i = 0; i < count; ++i) y[i] += weight * x[i];
    else
        for (int i = 0; i < count; ++i) y[i] += weight * x[Index{i} * stride];
}

/// Two neighbours along one extent that has `factor` times as many, and the second one's share.
struct Between {
    int first, second;
    float share;
};
Between between(int at, int factor, int extent) {
    const float position = (static_cast<float>(at) + 0.5f) / static_cast<float>(factor) - 0.5f;
    if (position <= 0) return {0, 0, 0};
    const int first = static_cast<int>(position);
    return {first, std::min(first + 1, extent - 1), position - static_cast<float>(first)};
}

}  // namespace

void convolution(const GraphNode& node, Shape in, Shape out, std::span<const float> x, std::span<float> y) {
    const Window& w = node.operation.window;
    const int groups = node.operation.groups_of(in.channels), channels = in.channels / groups,
              filters = out.channels / groups, taps = w.kernel_h * w.kernel_w;
    for (int f = 0; f < out.channels; ++f) {
        float* to = y.data() + f * out.plane();
        std::fill_n(to, out.plane(), node.tensors[1][f]);
        for (int c = 0; c < channels; ++c)
            for (int tap = 0; tap < taps; ++tap) {
                const float weight = node.tensors[0][(Index{f} * channels + c) * taps + tap];
                const int down = tap / w.kernel_w * w.dilation_h - w.pad.top,
                          right = tap % w.kernel_w * w.dilation_w - w.pad.left;
                const int first = right >= 0 ? 0 : (-right + w.stride_w - 1) / w.stride_w;
                const int end = in.width > right ? std::min(out.width, (in.width - 1 - right) / w.stride_w + 1) : 0;
                for (int row = 0; row < out.height; ++row) {
                    const int from = row * w.stride_h + down;
                    if (from < 0 || from >= in.height) continue;
                    const Index plane = Index{f / filters * channels + c} * in.plane();
                    add_row(to + Index{row} * out.width + first,
                            x.data() + plane + Index{from} * in.width + first * w.stride_w + right, weight, end - first,
                            w.stride_w);
                }
            }
    }
}

void transposed_convolution(const GraphNode& node, Shape in, Shape out, std::span<const float> x, std::span<float> y) {
    const Window& w = node.operation.window;
    const int taps = w.kernel_h * w.kernel_w;
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = node.tensors[1][i / out.plane()];
    for (int c = 0; c < in.channels; ++c)
        for (int k = 0; k < out.channels; ++k) {
            const float* weight = node.tensors[0].data() + (Index{c} * out.channels + k) * taps;
            for (int row = 0; row < in.height; ++row)
                for (int column = 0; column < in.width; ++column) {
                    const float one = x[c * in.plane() + Index{row} * in.width + column];
                    each_tap(w, out, row, column, [&](int h, int v, int tap) {
                        y[k * out.plane() + Index{h} * out.width + v] += weight[tap] * one;
                    });
                }
        }
}

void pool(const GraphNode& node, Shape in, Shape out, std::span<const float> x, std::span<float> y) {
    const Window& w = node.operation.window;
    const bool largest = node.operation.kind == Operation::max_pool;
    for (int c = 0; c < out.channels; ++c)
        for (int row = 0; row < out.height; ++row)
            for (int column = 0; column < out.width; ++column) {
                float value = largest ? -INFINITY : 0;
                each_tap(w, in, row, column, [&](int h, int v, int) {
                    const float one = x[c * in.plane() + Index{h} * in.width + v];
                    value = largest ? std::max(value, one) : value + one;
                });
                y[c * out.plane() + Index{row} * out.width + column] =
                    largest ? value : value / static_cast<float>(w.kernel_h * w.kernel_w);
            }
}

void upsample(const GraphNode& node, Shape in, Shape out, std::span<const float> x, std::span<float> y) {
    const int factor = node.operation.window.stride_h;
    const bool bilinear = node.operation.kind == Operation::upsample_bilinear;
    float* to = y.data();
    for (int c = 0; c < out.channels; ++c) {
        const float* plane = x.data() + c * in.plane();
        for (int row = 0; row < out.height; ++row)
            for (int column = 0; column < out.width; ++column) {
                if (!bilinear) {
                    *to++ = plane[Index{row / factor} * in.width + column / factor];
                    continue;
                }
                const Between r = between(row, factor, in.height), v = between(column, factor, in.width);
                const auto along = [&](int h) {
                    const float* from = plane + Index{h} * in.width;
                    return (1 - v.share) * from[v.first] + v.share * from[v.second];
                };
                *to++ = (1 - r.share) * along(r.first) + r.share * along(r.second);
            }
    }
}

}  // namespace tn::graph_values_of
