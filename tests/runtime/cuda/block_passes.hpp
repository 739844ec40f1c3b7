// The fused block on the emulator, one pass each way, for the tests that look at its stages.
#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <vector>

#include "runtime/cuda/backend.hpp"
#include "tests/support/cuda_emulator/emulator.hpp"

namespace tn::test {

/// Calls f(z's place, x's place, the weight's place) for every product of a convolution of n samples. Not a template, as
/// what compares: a test has many geometries.
inline void each_product(const ConvGeometry& c, int n,
                         const std::function<void(std::size_t, std::size_t, std::size_t)>& f) {
    const auto at = [](int i, int size, int j) { return i * size + j; };
    for (int s = 0; s < n; ++s)
        for (int k = 0; k < c.filters; ++k)
            for (int oy = 0; oy < c.out_h(); ++oy)
                for (int ox = 0; ox < c.out_w(); ++ox)
                    for (int channel = 0; channel < c.channels; ++channel)
                        for (int i = 0; i < c.kernel_h; ++i)
                            for (int j = 0; j < c.kernel_w; ++j) {
                                const int y = oy * c.stride + i - c.pad, x = ox * c.stride + j - c.pad;
                                if (y < 0 || y >= c.height || x < 0 || x >= c.width) continue;
                                const int z = at(at(at(s, c.filters, k), c.out_h(), oy), c.out_w(), ox);
                                const int from = at(at(at(s, c.channels, channel), c.height, y), c.width, x);
                                const int w = at(at(at(k, c.channels, channel), c.kernel_h, i), c.kernel_w, j);
                                f(static_cast<std::size_t>(z), static_cast<std::size_t>(from),
                                  static_cast<std::size_t>(w));
                            }
}

/// A forward and a backward pass of the block on n samples of noise, in memory with guard zones, NaN where nothing was
/// written.
template <BlockGeometry G, cuda::Precision P> struct BlockPasses {
    static constexpr ConvGeometry C = G.conv;
    static constexpr auto filters = static_cast<std::size_t>(C.filters);
    using Backend = cuda::BasicBackend<Emulator, P>;
    using Z = std::conditional_t<cuda::BlockSaved::keeps_z(G), cuda::Kept<P>, float>;

    Backend backend;
    Pass<float> p;
    std::vector<float> z;    ///< as forward left it, where it is kept
    std::vector<float> dz;   ///< as backward left it

    /// With x around `middle`, and NaN as one value of it unless its place is negative.
    explicit BlockPasses(int n, int nan_at = -1, float middle = 0) {
        Random random(3, 1000);
        const auto make = [&](std::size_t count, float spread, float middle = 0) {
            auto* first = static_cast<float*>(backend.allocate(count * sizeof(float)));
            for (std::size_t i = 0; i < count; ++i) first[i] = middle + spread * random.normal();
            return first;
        };
        const auto samples = static_cast<std::size_t>(n);
        p.n = n;
        p.training = true;
        p.in = {C.channels, C.height, C.width, false};
        p.out = {C.filters, G.y_h(), G.y_w(), false};
        auto* x = make(samples * C.in_size(), 1, middle);
        if (nan_at >= 0) x[nan_at] = NAN;
        p.x = x;
        p.y = make(samples * G.y_size(), 0, NAN);
        p.dy = make(samples * G.y_size(), 1);
        p.dx = make(samples * C.in_size(), 0, NAN);
        std::size_t next = 0;
        const auto parameter = [&](std::size_t count, float spread, float middle = 0) {
            p.parameter[next] = make(count, spread, middle);
            p.gradient[next++] = make(count, 0, NAN);
        };
        parameter(C.weights(), 0.3f);
        if (G.bias) parameter(filters, 0.3f);
        if (G.norm) {
            parameter(filters, 0.3f, 1);
            parameter(filters, 0.3f);
            p.state[0] = make(filters, 0, 0);
            p.state[1] = make(filters, 0, 1);
        }
        p.saved = make(cuda::SizesIn<P>::block_saved(G, n), 0, NAN);
        p.work = make(cuda::SizesIn<P>::block_work(G, n), 0, NAN);
        backend.template conv_block_forward<G>(p);
        z = read(p.y);
        std::fill_n(p.work, cuda::SizesIn<P>::block_work(G, n), NAN);
        backend.template conv_block_backward<G>(p);
        backend.wait();
        dz = read(p.dy);
    }

    std::vector<float> read(const float* plain) const {
        if constexpr (cuda::is_shallow(G)) return {};   // it keeps none
        const auto count = static_cast<std::size_t>(p.n) * C.out_size();
        const cuda::BlockSaved saved(G, p.n, P);
        const Z* first = cuda::BlockSaved::keeps_z(G) ? reinterpret_cast<const Z*>(p.saved + saved.z)
                                                      : reinterpret_cast<const Z*>(plain);
        return {first, first + count};
    }
};

/// What a stage must leave, and how near: sums in float, and what is kept in bfloat16 half a step of its 8 bits.
template <class Range>
void agrees(const std::vector<double>& wanted, const Range& got, const char* what, double step = 0) {
    double largest = 1e-6;
    for (const double v : wanted) largest = std::max(largest, std::abs(v));
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const double difference = std::abs(wanted[i] - static_cast<double>(got[i]));
        BOOST_TEST_REQUIRE(difference <= 2e-5 * largest + step * std::abs(wanted[i]),
                           what << ", value " << i << ": " << got[i] << ", not " << wanted[i]);
    }
}

/// Whether every of `count` values is NaN.
inline bool all_nan(const float* first, std::size_t count) {
    return std::all_of(first, first + count, [](float v) { return std::isnan(v); });
}

}  // namespace tn::test
