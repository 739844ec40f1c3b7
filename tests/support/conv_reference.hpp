// The block Conv + BN + ReLU + Pool as loops in double, and buffers that notice what is written around them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "dsl/core/conv_geometry.hpp"
#include "tests/support/sanitized.hpp"
#if defined(TN_ADDRESS_SANITIZER)
#include <sanitizer/asan_interface.h>
#endif

namespace tn::test {

using Doubles = std::vector<double>;

struct Reference {
    BlockGeometry g{};
    int n = 1;
    Doubles x, weight, bias, gamma, beta, running_mean, running_var;
    bool training = false;
    double momentum = 0.1, epsilon = 1e-5;

    Doubles y, dx, dweight, dbias, dgamma, dbeta;

    std::size_t filters() const { return std::size_t(g.conv.filters); }
    std::size_t z_plane() const { return g.conv.out_plane(); }

    /// Calls f(z index, x index, weight index) for every product.
    template <class F> void products(F&& f) const {
        const ConvGeometry& c = g.conv;
        for (int s = 0; s < n; ++s)
            for (int o = 0; o < c.filters; ++o)
                for (int i = 0; i < c.channels; ++i)
                    for (int ky = 0; ky < c.kernel_h; ++ky)
                        for (int kx = 0; kx < c.kernel_w; ++kx)
                            for (int oy = 0; oy < c.out_h(); ++oy)
                                for (int ox = 0; ox < c.out_w(); ++ox) {
                                    const int iy = oy * c.stride + ky - c.pad, ix = ox * c.stride + kx - c.pad;
                                    if (iy < 0 || ix < 0 || iy >= c.height || ix >= c.width) continue;
                                    f(std::size_t(((s * c.filters + o) * c.out_h() + oy) * c.out_w() + ox),
                                      std::size_t(((s * c.channels + i) * c.height + iy) * c.width + ix),
                                      std::size_t(((o * c.channels + i) * c.kernel_h + ky) * c.kernel_w + kx));
                                }
    }

    /// Calls f(channel f, z index) for every place of z.
    template <class F> void places(F&& f) const {
        for (std::size_t i = 0; i < std::size_t(n) * filters() * z_plane(); ++i) f(i / z_plane() % filters(), i);
    }

    Doubles z, act, mean, inv_std, dz;
    std::vector<std::size_t> source;  // where in z each y comes from

    void forward() {
        convolve();
        finish();
    }

    /// z from x.
    void convolve() {
        z.assign(std::size_t(n) * g.conv.out_size(), 0.0);
        products([&](std::size_t o, std::size_t i, std::size_t w) { z[o] += x[i] * weight[w]; });
        if (g.bias) places([&](std::size_t f, std::size_t i) { z[i] += bias[f]; });
    }

    /// Value k of y's window i, in z.
    std::size_t place_of(std::size_t i, int k) const {
        const int window = g.pool() ? g.pool_window : 1;
        const auto stride = std::size_t(g.pool() ? g.pool_stride : 1);
        const std::size_t plane = i / g.y_plane(), py = i % g.y_plane() / std::size_t(g.y_w()),
                          px = i % std::size_t(g.y_w());
        return plane * z_plane() + (py * stride + std::size_t(k / window)) * std::size_t(g.conv.out_w()) + px * stride +
               std::size_t(k % window);
    }
    int window_size() const { return g.pool() ? g.pool_window * g.pool_window : 1; }

    /// y from z.
    void finish() {
        mean.assign(filters(), 0.0);
        inv_std.assign(filters(), 1.0);
        const double count = double(n) * double(z_plane());
        if (g.norm && training) {
            Doubles var(filters());
            places([&](std::size_t f, std::size_t i) { mean[f] += z[i] / count; });
            places([&](std::size_t f, std::size_t i) { var[f] += (z[i] - mean[f]) * (z[i] - mean[f]); });
            for (std::size_t f = 0; f < filters(); ++f) {
                inv_std[f] = 1 / std::sqrt(var[f] / count + epsilon);
                running_mean[f] = (1 - momentum) * running_mean[f] + momentum * mean[f];
                if (count > 1) running_var[f] = (1 - momentum) * running_var[f] + momentum * var[f] / (count - 1);
            }
        } else if (g.norm) {
            mean = running_mean;
            for (std::size_t f = 0; f < filters(); ++f) inv_std[f] = 1 / std::sqrt(running_var[f] + epsilon);
        }
        act = z;
        if (g.norm)
            places([&](std::size_t f, std::size_t i) { act[i] = (z[i] - mean[f]) * inv_std[f] * gamma[f] + beta[f]; });
        y.resize(std::size_t(n) * g.y_size());
        source.resize(y.size());
        for (std::size_t i = 0; i < y.size(); ++i) {
            for (int k = 0; k < window_size(); ++k) {
                const std::size_t from = place_of(i, k);
                if (k == 0 || act[from] > act[source[i]] || std::isnan(act[from])) source[i] = from;
            }
            y[i] = g.relu && act[source[i]] < 0 ? 0 : act[source[i]];
            if (g.ceiling && y[i] > g.ceiling) y[i] = g.ceiling;
        }
    }

    /// The least distance of what decides where a gradient goes: of a largest value to the next in its window, and to
    /// the bend of ReLU. After forward().
    double margin() const {
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < y.size(); ++i) {
            const double best = act[source[i]];
            if (g.relu) least = std::min(least, std::abs(best));
            if (g.ceiling) least = std::min(least, std::abs(best - g.ceiling));
            for (int k = 0; k < window_size() && (!g.relu || best > 0); ++k) {
                const std::size_t at = place_of(i, k);
                if (at != source[i]) least = std::min(least, best - act[at]);
            }
        }
        return least;
    }

    void backward(const Doubles& dy) {
        route(dy);
        spread();
    }

    /// z's gradient, and those behind the convolution, from dy.
    void route(const Doubles& dy) {
        dz.assign(z.size(), 0.0);
        for (std::size_t i = 0; i < y.size(); ++i)
            if (!(g.relu && act[source[i]] <= 0) && !(g.ceiling && act[source[i]] >= g.ceiling)) dz[source[i]] += dy[i];
        dbias.assign(filters(), 0.0);
        dgamma = dbeta = dbias;
        if (g.norm) {
            const double count = double(n) * double(z_plane());
            places([&](std::size_t f, std::size_t i) {
                dbeta[f] += dz[i];
                dgamma[f] += dz[i] * (z[i] - mean[f]) * inv_std[f];
            });
            places([&](std::size_t f, std::size_t i) {
                const double normal = (z[i] - mean[f]) * inv_std[f];
                dz[i] = gamma[f] * inv_std[f] * (dz[i] - dbeta[f] / count - normal * dgamma[f] / count);
            });
        } else {
            places([&](std::size_t f, std::size_t i) { dbias[f] += dz[i]; });
        }
    }

    /// The gradients of x and of the weights from z's.
    void spread() {
        dx.assign(x.size(), 0.0);
        dweight.assign(weight.size(), 0.0);
        products([&](std::size_t o, std::size_t i, std::size_t w) {
            dx[i] += dz[o] * weight[w];
            dweight[w] += dz[o] * x[i];
        });
    }
};

/// Floats between two guard zones, at an address that is a multiple of four bytes and no more.
class Guarded {
public:
    explicit Guarded(std::size_t size, float fill = std::numeric_limits<float>::quiet_NaN())
        : size_(size), all_(size + 2 * zone, fill) {
        for (std::size_t i = 0; i < zone; ++i) all_[i] = all_[all_.size() - 1 - i] = mark;
        poison(true);
    }
    explicit Guarded(const Doubles& values) : Guarded(values.size()) {
        for (std::size_t i = 0; i < size_; ++i) data()[i] = static_cast<float>(values[i]);
    }
    ~Guarded() { poison(false); }
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;

    float* data() { return all_.data() + zone; }
    std::size_t size() const { return size_; }
    bool intact() {
        poison(false);
        bool good = true;
        for (std::size_t i = 0; i < zone; ++i) good = good && all_[i] == mark && all_[all_.size() - 1 - i] == mark;
        poison(true);
        return good;
    }
    bool same_bits(Guarded& other) {
        return size_ == other.size_ && (size_ == 0 || std::memcmp(data(), other.data(), 4 * size_) == 0);
    }

private:
    static constexpr std::size_t zone = 67;
    static constexpr float mark = 1234.5f;

    void poison([[maybe_unused]] bool on) {
#if defined(TN_ADDRESS_SANITIZER)
        float* end = data() + size_;
        if (on) {
            ASAN_POISON_MEMORY_REGION(all_.data(), zone * sizeof(float));
            ASAN_POISON_MEMORY_REGION(end, zone * sizeof(float));
        } else {
            ASAN_UNPOISON_MEMORY_REGION(all_.data(), all_.size() * sizeof(float));
        }
#endif
    }

    std::size_t size_;
    std::vector<float> all_;
};

}  // namespace tn::test
