// The fused block on the emulator, one pass each way, for the tests that look at its stages.
#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "runtime/cuda/device.hpp"
#include "tests/support/conv_reference.hpp"
#include "tests/support/cuda_emulator/emulator.hpp"

namespace tn::test {

/// The block's mathematics in double, before the passes `p`; x and the weights as `read` gives them.
template <class Read> Reference reference_of(const BlockGeometry& g, const Pass<float>& p, const Read& read) {
    const std::size_t filters = g.conv.filters, samples = p.n;
    Reference r;
    r.g = g;
    r.n = p.n;
    r.training = true;
    for (std::size_t i = 0; i < samples * g.conv.in_size(); ++i) r.x.push_back(read(p.x[i]));
    for (Index i = 0; i < g.conv.weights(); ++i) r.weight.push_back(read(p.parameter[0][i]));
    if (g.bias) r.bias.assign(p.parameter[1], p.parameter[1] + filters);
    if (g.norm) {
        const int first = g.bias ? 2 : 1;
        r.gamma.assign(p.parameter[first], p.parameter[first] + filters);
        r.beta.assign(p.parameter[first + 1], p.parameter[first + 1] + filters);
        r.running_mean.assign(filters, 0);
        r.running_var.assign(filters, 1);
    }
    return r;
}

/// A forward and a backward pass of the block on n samples of noise, in memory with guard zones, NaN where nothing was
/// written.
template <BlockGeometry G, cuda::Precision P> struct BlockPasses {
    static constexpr ConvGeometry C = G.conv;
    static constexpr std::size_t filters = C.filters;
    static constexpr cuda::NormAttributes norm{1e-5f, 0.1f};
    using Device = cuda::BasicDevice<Emulator, P>;
    using Z = std::conditional_t<cuda::BlockSaved::keeps_z(G), cuda::Kept<P>, float>;

    Device device;
    Pass<float> p;
    std::vector<float> z;   ///< as forward left it, where it is kept
    std::vector<float> dz;  ///< as backward left it

    /// With x around `middle`, and NaN as one value of it unless its place is negative.
    explicit BlockPasses(int n, int nan_at = -1, float middle = 0) {
        Random random(3, 1000);
        const auto make = [&](std::size_t count, float spread, float middle = 0) {
            auto* first = static_cast<float*>(device.allocate(count * sizeof(float)));
            for (std::size_t i = 0; i < count; ++i) first[i] = middle + spread * random.normal();
            return first;
        };
        const std::size_t samples = n;
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
        p.saved = make(cuda::conv_block_saved(G, n, P), 0, NAN);
        p.work = make(cuda::conv_block_work(G, n, P), 0, NAN);
        cuda::conv_block<G>(device, p, norm).forward();
        z = read(p.y);
        std::fill_n(p.work, cuda::conv_block_work(G, n, P), NAN);
        cuda::conv_block<G>(device, p, norm).backward();
        device.wait();
        dz = read(p.dy);
    }

    std::vector<float> read(const float* plain) const {
        if constexpr (cuda::is_stem(G)) return {};  // it keeps none
        const auto count = p.n * C.out_size();
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

/// The gradients of what follows the convolution.
inline void agree_behind(const Reference& r, const Pass<float>& p) {
    if (r.g.norm) {
        const int first = r.g.bias ? 2 : 1;
        agrees(r.dgamma, p.gradient[first], "gradient of gamma");
        agrees(r.dbeta, p.gradient[first + 1], "gradient of beta");
    }
    if (r.g.bias) agrees(r.dbias, p.gradient[1], "gradient of the bias");
}

inline void agree_running(const Reference& r, const Pass<float>& p) {
    if (!r.g.norm) return;
    agrees(r.running_mean, p.state[0], "running mean");
    agrees(r.running_var, p.state[1], "running variance");
}

/// Whether every of `count` values is NaN.
inline bool all_nan(const float* first, std::size_t count) {
    return std::all_of(first, first + count, [](float v) { return std::isnan(v); });
}

}  // namespace tn::test
