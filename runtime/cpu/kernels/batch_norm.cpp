#include "runtime/cpu/kernels/batch_norm.hpp"

#include <cmath>
#include <span>

#include "dsl/core/index.hpp"

namespace tn::cpu {
namespace {

/// Calls f(i) for the place of every value of channel c.
template <class F> void each(const Pass<float>& p, int c, F f) {
    const Index plane = p.in.plane();
    for (int n = 0; n < p.n; ++n) {
        const Index first = n * p.in.size() + c * plane;
        for (Index i = first; i < first + plane; ++i) f(i);
    }
}

/// Values of a channel that are normalised together.
double count_of(const ProcessGroup* group, const Pass<float>& p) {
    return static_cast<double>(group ? group->whole() : p.n) * static_cast<double>(p.in.plane());
}

double sum_of(const Pass<float>& p, int c) {
    double sum = 0;
    each(p, c, [&](Index i) { sum += p.x[i]; });
    return sum;
}

double squares_of(const Pass<float>& p, int c, double mean) {
    double squares = 0;
    each(p, c, [&](Index i) { squares += (p.x[i] - mean) * (p.x[i] - mean); });
    return squares;
}

void normalise(const Pass<float>& p, int c, float mean, float inv_std) {
    const float scale = p.parameter[0][c] * inv_std, offset = p.parameter[1][c];
    each(p, c, [&](Index i) { p.y[i] = (p.x[i] - mean) * scale + offset; });
}

/// What the channel's `count` values leave for backward and in the running statistics, and y.
void finish_forward(const Pass<float>& p, int c, double count, double mean, double squares, float epsilon,
                    float momentum) {
    const auto inv_std = static_cast<float>(1 / std::sqrt(squares / count + epsilon));
    p.saved[c] = static_cast<float>(mean);
    p.saved[p.in.channels + c] = inv_std;
    p.state[0][c] = static_cast<float>((1 - momentum) * p.state[0][c] + momentum * mean);
    if (count > 1)  // one value has no variance
        p.state[1][c] = static_cast<float>((1 - momentum) * p.state[1][c] + momentum * squares / (count - 1));
    normalise(p, c, static_cast<float>(mean), inv_std);
}

/// The sums over a channel of dy and of dy xhat, which are the gradients of beta and gamma.
struct Dots {
    double sum = 0, dot = 0;
};

Dots dots_of(const Pass<float>& p, int c) {
    const float mean = p.saved[c], inv_std = p.saved[p.in.channels + c];
    Dots d;
    each(p, c, [&](Index i) {
        d.sum += p.dy[i];
        d.dot += p.dy[i] * ((p.x[i] - mean) * inv_std);
    });
    p.gradient[0][c] = static_cast<float>(d.dot);
    p.gradient[1][c] = static_cast<float>(d.sum);
    return d;
}

void finish_backward(const Pass<float>& p, int c, double count, Dots d) {
    const float mean = p.saved[c], inv_std = p.saved[p.in.channels + c], scale = p.parameter[0][c] * inv_std;
    const auto mean_g = static_cast<float>(d.sum / count), mean_dot = static_cast<float>(d.dot / count);
    each(p, c, [&](Index i) { p.dx[i] = scale * (p.dy[i] - mean_g - (p.x[i] - mean) * inv_std * mean_dot); });
}

}  // namespace

void batch_norm_forward(Device& device, const Pass<float>& p, float epsilon, float momentum) {
    ProcessGroup* const group = device.group();
    const double count = count_of(group, p);
    if (!group) {
        device.threads().run(p.in.channels, [&](int c) {
            const double mean = sum_of(p, c) / count;
            finish_forward(p, c, count, mean, squares_of(p, c, mean), epsilon, momentum);
        });
        return;
    }
    const int channels = p.in.channels;
    const std::span<double> sums = group->room(2 * Index{channels}), total = sums.first(channels),
                            squares = sums.last(channels);
    device.threads().run(p.in.channels, [&](int c) { total[c] = sum_of(p, c); });
    group->sum(total);
    device.threads().run(p.in.channels, [&](int c) { squares[c] = squares_of(p, c, total[c] / count); });
    group->sum(squares);
    device.threads().run(p.in.channels,
                         [&](int c) { finish_forward(p, c, count, total[c] / count, squares[c], epsilon, momentum); });
}

void batch_norm_infer(Device& device, const Pass<float>& p, float epsilon) {
    device.threads().run(p.in.channels,
                         [&](int c) { normalise(p, c, p.state[0][c], 1 / std::sqrt(p.state[1][c] + epsilon)); });
}

void batch_norm_backward(Device& device, const Pass<float>& p) {
    ProcessGroup* const group = device.group();
    const double count = count_of(group, p);
    if (!group) {
        device.threads().run(p.in.channels, [&](int c) {
            const Dots d = dots_of(p, c);
            if (p.dx) finish_backward(p, c, count, d);
        });
        return;
    }
    const int channels = p.in.channels;
    const std::span<double> sums = group->room(2 * Index{channels}), total = sums.first(channels),
                            dots = sums.last(channels);
    device.threads().run(p.in.channels, [&](int c) {
        const Dots d = dots_of(p, c);
        total[c] = d.sum;
        dots[c] = d.dot;
    });
    if (!p.dx) return;
    group->sum(sums);
    device.threads().run(p.in.channels, [&](int c) { finish_backward(p, c, count, {total[c], dots[c]}); });
}

}  // namespace tn::cpu
