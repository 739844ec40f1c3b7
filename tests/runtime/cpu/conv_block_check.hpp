// A convolution block on the CPU against loops in double: every output, at every instruction set and several numbers of
// threads, in buffers with guard zones.
#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "runtime/core/random.hpp"
#include "runtime/cpu/conv_block.hpp"
#include "tests/runtime/cpu/conv_block_run.hpp"
#include "tests/support/conv_reference.hpp"
#include "tests/support/sanitized.hpp"

namespace tn::test {

/// Multiples of 1/8, so that z is exact, equal maxima are really equal and different ones are far apart.
inline Doubles grid_values(Random& random, std::size_t size) {
    Doubles v(size);
    for (double& a : v) a = (double(random.below(17)) - 8) / 8;
    return v;
}

inline Doubles values(Random& random, std::size_t size, float low, float high) {
    Doubles v(size);
    for (double& a : v) a = random.uniform(low, high);
    return v;
}

inline Reference draw_reference(const BlockGeometry& g, int n, bool training, std::uint64_t seed) {
    Random random(seed, stream::initialise, std::uint64_t(n));
    const auto filters = std::size_t(g.conv.filters);
    const auto draw = [&](std::size_t size) {
        if (cpu::method_of(g) != cpu::Method::winograd) return grid_values(random, size);
        Doubles v = values(random, size, -1, 1);
        for (double& a : v) a = static_cast<float>(a);
        return v;
    };
    Reference r;
    r.g = g;
    r.n = n;
    r.training = training;
    r.x = draw(std::size_t(n) * g.conv.in_size());
    r.weight = draw(g.conv.weights());
    r.bias = grid_values(random, filters);
    r.gamma = values(random, filters, -1, 1);
    r.beta = values(random, filters, -1, 1);
    r.running_mean = values(random, filters, -1, 1);
    r.running_var = values(random, filters, 0.5, 2);
    return r;
}

/// Winograd's products round, so no two values that compete for a gradient may be as close as their rounding.
inline Reference reference_of(const BlockGeometry& g, int n, bool training) {
    for (std::uint64_t seed = 7;; ++seed) {
        Reference r = draw_reference(g, n, training, seed);
        if (cpu::method_of(g) != cpu::Method::winograd) return r;
        Reference computed = r;
        computed.forward();
        if (computed.margin() > 2e-5) return r;
    }
}

/// The largest difference, as a part of the largest number (at least one).
inline double difference(Guarded& got, const Doubles& expected) {
    double largest = 1, distance = got.size() == expected.size() ? 0 : INFINITY;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        largest = std::max(largest, std::abs(expected[i]));
        const double d = std::abs(got.data()[i] - expected[i]);
        distance = std::isnan(d) ? INFINITY : std::max(distance, d);
    }
    return distance / largest;
}

inline void check_training(const Block& block, int n, int batch) {
    const BlockGeometry& g = block.g;
    constexpr double tolerance = 2e-5;
    Reference r = reference_of(g, n, true);
    const Reference before = r;
    r.forward();
    Random random(9, stream::initialise);
    const Doubles dy = values(random, r.y.size(), -1, 1);
    r.backward(dy);
    for_each_isa([&](Isa isa) {
        BOOST_TEST_CONTEXT(describe(g, n, isa)) {
            std::unique_ptr<Run> first;
            for (auto& pool : pools()) {
                auto run = std::make_unique<Run>(block, before, dy, batch);
                run->forward(*pool, isa);
                BOOST_TEST(difference(run->y, r.y) < tolerance);
                if (g.norm) {
                    BOOST_TEST(difference(run->running_mean, r.running_mean) < tolerance);
                    BOOST_TEST(difference(run->running_var, r.running_var) < tolerance);
                }
                run->backward(*pool, isa, true);
                BOOST_TEST(difference(run->dx, r.dx) < tolerance);
                BOOST_TEST(difference(run->dweight, r.dweight) < tolerance);
                if (g.bias) BOOST_TEST(difference(run->dbias, r.dbias) < tolerance);
                if (g.norm) {
                    BOOST_TEST(difference(run->dgamma, r.dgamma) < tolerance);
                    BOOST_TEST(difference(run->dbeta, r.dbeta) < tolerance);
                }
                BOOST_TEST(run->intact());
                if (first)
                    BOOST_TEST(run->same_results(*first));
                else
                    first = std::move(run);
            }
            // Without dx the rest is the same.
            Run run(block, before, dy, batch);
            run.forward(*pools()[0], isa);
            run.backward(*pools()[0], isa, false);
            BOOST_TEST(run.dweight.same_bits(first->dweight));
            BOOST_TEST(run.intact());
            for (std::size_t i = 0; i < run.dx.size(); ++i) BOOST_REQUIRE(std::isnan(run.dx.data()[i]));
        }
    });
}

inline void check_inference(const Block& block, int n, int batch) {
    Reference r = reference_of(block.g, n, false);
    r.forward();
    for_each_isa([&](Isa isa) {
        BOOST_TEST_CONTEXT(describe(block.g, n, isa)) {
            std::unique_ptr<Run> first;
            for (auto& pool : pools()) {
                auto run = std::make_unique<Run>(block, r, Doubles{}, batch);
                run->infer(*pool, isa);
                BOOST_TEST(difference(run->y, r.y) < 2e-5);
                BOOST_TEST(run->intact());
                if (first)
                    BOOST_TEST(run->y.same_bits(first->y));
                else
                    first = std::move(run);
            }
        }
    });
}

template <BlockGeometry G, cpu::Method M = cpu::method_of(G)> void check(int batch) {
    for (int n : {1, batch - 1, batch}) {
        if (n < 1 || (sanitized && n == batch - 1)) continue;
        check_training(block_of<G, M>, n, batch);
        check_inference(block_of<G, M>, n, batch);
    }
}

constexpr ConvGeometry conv3(int channels, int height, int width, int filters) {
    return {channels, height, width, filters, 3, 3, 1, 1};
}

template <BlockGeometry G, cpu::Method Expected> void check_method(int batch) {
    static_assert(cpu::method_of(G) == Expected);
    check<G>(batch);
}

}  // namespace tn::test
