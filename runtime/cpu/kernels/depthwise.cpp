#include "runtime/cpu/kernels/depthwise.hpp"

#include <algorithm>
#include <array>

#include "runtime/cpu/kernels/window_rows.hpp"

namespace tn::cpu {
namespace {

/// The sum of a[i] b[i step], in 16 sums side by side, which compilers make vectors of.
float dot(const float* a, const float* b, int count, int step) {
    constexpr int lanes = 16;
    std::array<float, lanes> sums{};
    int i = 0;
    for (; i + lanes <= count; i += lanes)
        for (int k = 0; k < lanes; ++k) sums[k] += a[i + k] * b[(i + k) * step];
    float total = 0;
    for (; i < count; ++i) total += a[i] * b[i * step];
    for (const float sum : sums) total += sum;
    return total;
}

}  // namespace

void depthwise_forward(Device& device, const Window& w, const Pass<float>& p) {
    const Index taps = w.kernel_h * w.kernel_w, each = p.out.channels / p.in.channels;
    device.threads().run(p.n * p.out.channels, [&](int plane) {
        const Index n = plane / p.out.channels, k = plane % p.out.channels;
        const float *x = p.x + n * p.in.size() + k / each * p.in.plane(), *weight = p.parameter[0] + k * taps;
        float* y = p.y + plane * p.out.plane();
        std::fill_n(y, p.out.plane(), p.parameter[1] ? p.parameter[1][k] : 0.0f);
        each_window_row(w, p.in, p.out, [&](int tap, Index to, Index from, int begin, int end) {
            const float factor = weight[tap];
            for (int o = begin; o < end; ++o) y[to + o] += factor * x[from + o * w.stride_w];
        });
    });
}

void depthwise_backward(Device& device, const Window& w, const Pass<float>& p) {
    const Index taps = w.kernel_h * w.kernel_w, each = p.out.channels / p.in.channels;
    // Every filter's gradients over the samples in order, so that the threads do not decide how sums are rounded.
    device.threads().run(p.out.channels, [&](int k) {
        float *dw = p.gradient[0] + k * taps, *db = p.gradient[1];
        std::fill_n(dw, taps, 0.0f);
        float bias = 0;
        for (Index n = 0; n < p.n; ++n) {
            const float *x = p.x + n * p.in.size() + k / each * p.in.plane(),
                        *dy = p.dy + n * p.out.size() + k * p.out.plane();
            each_window_row(w, p.in, p.out, [&](int tap, Index to, Index from, int begin, int end) {
                dw[tap] += dot(dy + to + begin, x + from + begin * w.stride_w, end - begin, w.stride_w);
            });
            if (db)
                for (Index i = 0; i < p.out.plane(); ++i) bias += dy[i];
        }
        if (db) db[k] = bias;
    });
    if (!p.dx) return;
    device.threads().run(p.n * p.in.channels, [&](int plane) {
        const Index n = plane / p.in.channels, c = plane % p.in.channels;
        float* dx = p.dx + plane * p.in.plane();
        std::fill_n(dx, p.in.plane(), 0.0f);
        for (Index k = c * each; k < (c + 1) * each; ++k) {
            const float *dy = p.dy + n * p.out.size() + k * p.out.plane(), *weight = p.parameter[0] + k * taps;
            each_window_row(w, p.in, p.out, [&](int tap, Index from, Index to, int begin, int end) {
                const float factor = weight[tap];
                for (int o = begin; o < end; ++o) dx[to + o * w.stride_w] += factor * dy[from + o];
            });
        }
    });
}

}  // namespace tn::cpu
