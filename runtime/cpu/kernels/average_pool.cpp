#include "runtime/cpu/kernels/average_pool.hpp"

#include <algorithm>

#include "runtime/cpu/kernels/window_rows.hpp"

namespace tn::cpu {

void average_pool_forward(Device& device, const Window& w, const Pass<float>& p) {
    const float share = 1.0f / static_cast<float>(w.kernel_h * w.kernel_w);
    device.threads().run(p.n * p.in.channels, [&](int plane) {
        const float* x = p.x + plane * p.in.plane();
        float* y = p.y + plane * p.out.plane();
        std::fill_n(y, p.out.plane(), 0.0f);
        each_window_row(w, p.in, p.out, [&](int, Index to, Index from, int begin, int end) {
            for (int o = begin; o < end; ++o) y[to + o] += x[from + o * w.stride_w];
        });
        for (Index i = 0; i < p.out.plane(); ++i) y[i] *= share;
    });
}

void average_pool_backward(Device& device, const Window& w, const Pass<float>& p) {
    if (!p.dx) return;
    const float share = 1.0f / static_cast<float>(w.kernel_h * w.kernel_w);
    device.threads().run(p.n * p.in.channels, [&](int plane) {
        const float* dy = p.dy + plane * p.out.plane();
        float* dx = p.dx + plane * p.in.plane();
        std::fill_n(dx, p.in.plane(), 0.0f);
        each_window_row(w, p.in, p.out, [&](int, Index from, Index to, int begin, int end) {
            for (int o = begin; o < end; ++o) dx[to + o * w.stride_w] += share * dy[from + o];
        });
    });
}

}  // namespace tn::cpu
