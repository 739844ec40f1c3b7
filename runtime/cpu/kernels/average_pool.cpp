#include "runtime/cpu/kernels/average_pool.hpp"

#include <algorithm>

#include "dsl/core/index.hpp"

namespace tn::cpu {
namespace {

/// Calls f(plane, row, first) for every row of outputs of every plane, where `first` is the first row of its windows;
/// the planes in parallel.
template <class F> void each_row(Device& device, const Window& w, const Pass<float>& p, F f) {
    device.threads().run(p.n * p.in.channels, [&](int plane) {
        for (int row = 0; row < p.out.height; ++row) f(plane, row, row * w.stride);
    });
}

Index place(Index plane, Shape s, int row) { return plane * s.plane() + Index{row} * s.width; }

}  // namespace

void average_pool_forward(Device& device, const Window& w, const Pass<float>& p) {
    const float share = 1.0f / static_cast<float>(w.kernel_h * w.kernel_w);
    each_row(device, w, p, [&](Index plane, int row, int first) {
        float* const y = p.y + place(plane, p.out, row);
        std::fill_n(y, p.out.width, 0.0f);
        for (int i = 0; i < w.kernel_h; ++i) {
            const float* const x = p.x + place(plane, p.in, first + i);
            for (int j = 0; j < w.kernel_w; ++j)
                for (int o = 0; o < p.out.width; ++o) y[o] += x[o * w.stride + j];
        }
        for (int o = 0; o < p.out.width; ++o) y[o] *= share;
    });
}

void average_pool_backward(Device& device, const Window& w, const Pass<float>& p) {
    if (!p.dx) return;
    const float share = 1.0f / static_cast<float>(w.kernel_h * w.kernel_w);
    device.threads().run(p.n * p.in.channels,
                         [&](int plane) { std::fill_n(p.dx + place(plane, p.in, 0), p.in.plane(), 0.0f); });
    each_row(device, w, p, [&](Index plane, int row, int first) {
        const float* const dy = p.dy + place(plane, p.out, row);
        for (int i = 0; i < w.kernel_h; ++i) {
            float* const dx = p.dx + place(plane, p.in, first + i);
            for (int j = 0; j < w.kernel_w; ++j)
                for (int o = 0; o < p.out.width; ++o) dx[o * w.stride + j] += share * dy[o];
        }
    });
}

}  // namespace tn::cpu
