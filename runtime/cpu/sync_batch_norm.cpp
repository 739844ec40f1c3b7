#include "runtime/cpu/sync_batch_norm.hpp"

#include <cmath>

#include "runtime/core/process_group.hpp"
#include "runtime/core/thread_pool.hpp"

namespace tn::cpu {
namespace {

/// Calls f(i) for the place of every value of channel c.
template <class F> void each(const Pass<float>& p, int c, F f) {
    const std::size_t plane = p.in.plane();
    for (int n = 0; n < p.n; ++n) {
        const std::size_t first = static_cast<std::size_t>(n) * p.in.size() + static_cast<std::size_t>(c) * plane;
        for (std::size_t i = first; i < first + plane; ++i) f(i);
    }
}

double values_of_a_channel(const ProcessGroup& group, const Pass<float>& p) {
    return static_cast<double>(group.whole()) * static_cast<double>(p.in.plane());
}

}  // namespace

void sync_batch_norm_forward(ThreadPool& pool, ProcessGroup& group, const Pass<float>& p, float epsilon,
                             float momentum) {
    const auto channels = static_cast<std::size_t>(p.in.channels);
    const double count = values_of_a_channel(group, p);
    const std::span<double> sums = group.room(2 * channels), total = sums.first(channels),
                            squares = sums.last(channels);
    pool.run(p.in.channels, [&](int task) {
        const auto c = static_cast<std::size_t>(task);
        total[c] = 0;
        each(p, task, [&](std::size_t i) { total[c] += p.x[i]; });
    });
    group.sum(total);
    pool.run(p.in.channels, [&](int task) {
        const auto c = static_cast<std::size_t>(task);
        const double mean = total[c] / count;
        squares[c] = 0;
        each(p, task, [&](std::size_t i) { squares[c] += (p.x[i] - mean) * (p.x[i] - mean); });
    });
    group.sum(squares);
    pool.run(p.in.channels, [&](int task) {
        const auto c = static_cast<std::size_t>(task);
        const double m = total[c] / count;
        const auto mean = static_cast<float>(m),
                   inverse = static_cast<float>(1 / std::sqrt(squares[c] / count + epsilon));
        p.saved[c] = mean;
        p.saved[channels + c] = inverse;
        p.state[0][c] = static_cast<float>((1 - momentum) * p.state[0][c] + momentum * m);
        if (count > 1)  // one value has no variance
            p.state[1][c] = static_cast<float>((1 - momentum) * p.state[1][c] + momentum * squares[c] / (count - 1));
        const float scale = p.parameter[0][c] * inverse, offset = p.parameter[1][c];
        each(p, task, [&](std::size_t i) { p.y[i] = (p.x[i] - mean) * scale + offset; });
    });
}

void sync_batch_norm_backward(ThreadPool& pool, ProcessGroup& group, const Pass<float>& p) {
    const auto channels = static_cast<std::size_t>(p.in.channels);
    const double count = values_of_a_channel(group, p);
    const std::span<double> sums = group.room(2 * channels), total = sums.first(channels), dots = sums.last(channels);
    pool.run(p.in.channels, [&](int task) {
        const auto c = static_cast<std::size_t>(task);
        const float mean = p.saved[c], inverse = p.saved[channels + c];
        total[c] = dots[c] = 0;
        each(p, task, [&](std::size_t i) {
            total[c] += p.dy[i];
            dots[c] += p.dy[i] * ((p.x[i] - mean) * inverse);
        });
        p.gradient[0][c] = static_cast<float>(dots[c]);
        p.gradient[1][c] = static_cast<float>(total[c]);
    });
    if (!p.dx) return;
    group.sum(sums);
    pool.run(p.in.channels, [&](int task) {
        const auto c = static_cast<std::size_t>(task);
        const float mean = p.saved[c], inverse = p.saved[channels + c], scale = p.parameter[0][c] * inverse;
        const auto mean_g = static_cast<float>(total[c] / count), mean_dot = static_cast<float>(dots[c] / count);
        each(p, task,
             [&](std::size_t i) { p.dx[i] = scale * (p.dy[i] - mean_g - (p.x[i] - mean) * inverse * mean_dot); });
    });
}

}  // namespace tn::cpu
