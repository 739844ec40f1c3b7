// Blocks with values, sizes and arguments that are out of the ordinary.
#define BOOST_TEST_MODULE conv_block_values
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdint>
#include <vector>

#include "runtime/core/error.hpp"
#include "runtime/core/random.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block.hpp"
#include "tests/runtime/cpu/conv_block_check.hpp"

using namespace tn;
using namespace tn::test;

BOOST_AUTO_TEST_CASE(a_variance_that_is_small_beside_the_mean) {
    constexpr BlockGeometry g{{1, 32, 32, 1, 1, 1, 1, 0}, false, true, false};
    Reference r = reference_of(g, 4, true);
    Random random(3, stream::initialise);
    for (double& v : r.x) v = double(float(1000 + random.uniform(-0.125, 0.125)));
    r.weight = {1};
    r.gamma = {1};
    const Reference before = r;
    r.forward();
    for_each_isa([&](Isa isa) {
        Run run(block_of<g>, before, Doubles{}, 4);
        run.forward(*pools()[0], isa);
        BOOST_TEST(difference(run.y, r.y) < 1e-3);  // the mean itself is a float: 6e-5 / 0.07
        BOOST_TEST(std::abs(run.running_var.data()[0] - r.running_var[0]) < 1e-6);
    });
}

/// 1000 plus a little: the first layer's statistics come from sums of products of x, so that the mean must cancel.
BOOST_AUTO_TEST_CASE(statistics_of_patches_whose_mean_is_large_beside_their_deviation) {
    constexpr BlockGeometry g{{2, 20, 34, 5, 3, 3, 1, 0}, true, true, true, 2, 2};
    static_assert(cpu::method_of(g) == cpu::Method::stem);
    Reference r = draw_reference(g, 5, true, 7);
    Random random(4, stream::initialise);
    for (double& v : r.x) v = double(float(1000 + random.uniform(-0.25, 0.25)));
    const Reference before = r;
    r.forward();
    const Doubles dy = values(random, r.y.size(), -1, 1);
    r.backward(dy);
    // What float can do: a value of z is 1000 times its rounding away from its mean's.
    for_each_isa([&](Isa isa) {
        BOOST_TEST_CONTEXT(name(isa)) {
            Run run(block_of<g>, before, dy, 5);
            run.forward(*pools()[0], isa);
            for (std::size_t f = 0; f < r.running_var.size(); ++f)
                BOOST_TEST(std::abs(run.running_var.data()[f] / r.running_var[f] - 1) < 1e-6);
            BOOST_TEST(difference(run.running_mean, r.running_mean) < 1e-6);
            BOOST_TEST(difference(run.y, r.y) < 5e-3);
            run.backward(*pools()[0], isa, false);
            BOOST_TEST(difference(run.dbeta, r.dbeta) < 5e-3);
            BOOST_TEST(difference(run.dgamma, r.dgamma) < 5e-3);
            BOOST_TEST(difference(run.dweight, r.dweight) < 5e-3);
        }
    });
}

template <BlockGeometry G> void check_gammas() {
    Reference r = draw_reference(G, 3, true, 11);
    r.gamma = {1.5, 0, -0.75, -1};
    r.gamma.resize(std::size_t(G.conv.filters), 0.5);
    const Reference before = r;
    r.forward();
    Random random(5, stream::initialise);
    const Doubles dy = values(random, r.y.size(), -1, 1);
    r.backward(dy);
    for_each_isa([&](Isa isa) {
        BOOST_TEST_CONTEXT(describe(G, 3, isa)) {
            Run run(block_of<G>, before, dy, 3);
            run.forward(*pools()[1], isa);
            run.backward(*pools()[1], isa, true);
            BOOST_TEST(difference(run.y, r.y) < 2e-5);
            for (std::size_t f = 0; f < 4; ++f) {
                BOOST_TEST(std::abs(run.dgamma.data()[f] - r.dgamma[f]) < 2e-3);
                BOOST_TEST(std::abs(run.dbeta.data()[f] - r.dbeta[f]) < 2e-3);
            }
            BOOST_TEST(difference(run.dx, r.dx) < 2e-5);
            BOOST_TEST(difference(run.dweight, r.dweight) < 2e-5);
        }
    });
}

template <BlockGeometry G, cpu::Method Expected> void check_norm_options() {
    static_assert(cpu::method_of(G) == Expected);
    Reference r = draw_reference(G, 3, true, 7);
    r.momentum = 0.375;
    r.epsilon = 0.25;
    const Reference before = r;
    Reference evaluated = r;
    evaluated.training = false;
    r.forward();
    evaluated.forward();
    for_each_isa([&](Isa isa) {
        BOOST_TEST_CONTEXT(describe(G, 3, isa)) {
            Run run(block_of<G>, before, Doubles{}, 3);
            run.forward(*pools()[0], isa);
            BOOST_TEST(difference(run.y, r.y) < 2e-5);
            BOOST_TEST(difference(run.running_mean, r.running_mean) < 2e-5);
            BOOST_TEST(difference(run.running_var, r.running_var) < 2e-5);
            Run infer(block_of<G>, before, Doubles{}, 3);
            infer.infer(*pools()[0], isa);
            BOOST_TEST(difference(infer.y, evaluated.y) < 2e-5);
        }
    });
}

BOOST_AUTO_TEST_CASE(epsilon_and_momentum_are_those_of_the_caller) {
    check_norm_options<BlockGeometry{conv3(5, 8, 9, 6), true, true, true, 2, 2}, cpu::Method::direct>();
    check_norm_options<BlockGeometry{conv3(16, 8, 9, 16), true, true, true, 2, 2}, cpu::Method::winograd>();
    check_norm_options<BlockGeometry{conv3(2, 8, 9, 6), true, true, true, 2, 2}, cpu::Method::stem>();
}

/// Where gamma is negative the smallest z of a window is its largest y; where it is zero all are equal, and the first
/// one counts.
BOOST_AUTO_TEST_CASE(gammas_that_are_negative_or_zero) {
    check_gammas<BlockGeometry{conv3(1, 9, 12, 4), true, true, true, 2, 2}>();
    check_gammas<BlockGeometry{conv3(3, 8, 8, 16), true, true, false, 2, 2}>();
    check_gammas<BlockGeometry{conv3(16, 8, 9, 16), true, true, false, 2, 2}>();
    check_gammas<BlockGeometry{conv3(5, 8, 9, 6), true, true, false, 2, 2}>();
}

template <BlockGeometry G> void check_nan_in_training() {
    Reference r = draw_reference(G, 2, true, 3);
    r.x[r.x.size() - 1] = NAN;
    Random random(5, stream::initialise);
    const Doubles dy = values(random, std::size_t(2) * G.y_size(), -1, 1);
    for_each_isa([&](Isa isa) {
        BOOST_TEST_CONTEXT(describe(G, 2, isa)) {
            Run run(block_of<G>, r, dy, 2);
            run.forward(*pools()[0], isa);
            for (std::size_t i = 0; i < run.y.size(); ++i) BOOST_REQUIRE(std::isnan(run.y.data()[i]));
            run.backward(*pools()[0], isa, false);
            for (std::size_t i = 0; i < run.dweight.size(); ++i) BOOST_REQUIRE(std::isnan(run.dweight.data()[i]));
        }
    });
}

BOOST_AUTO_TEST_CASE(nan_in_a_batch_reaches_every_output_and_gradient) {
    check_nan_in_training<BlockGeometry{conv3(1, 8, 8, 16), true, true, true, 2, 2}>();
    check_nan_in_training<BlockGeometry{conv3(16, 8, 8, 16), true, true, true, 2, 2}>();
}

BOOST_AUTO_TEST_CASE(a_constant_channel_normalises_to_beta) {
    constexpr BlockGeometry g{{1, 6, 6, 1, 1, 1, 1, 0}, true, true, false};
    Reference r = reference_of(g, 2, true);
    for (double& v : r.x) v = 0.5;
    for_each_isa([&](Isa isa) {
        Run run(block_of<g>, r, Doubles{}, 2);
        run.forward(*pools()[0], isa);
        for (std::size_t i = 0; i < run.y.size(); ++i)
            BOOST_REQUIRE_EQUAL(run.y.data()[i], static_cast<float>(r.beta[0]));
    });
}

BOOST_AUTO_TEST_CASE(nan_goes_through_relu_and_pooling_to_the_windows_that_see_it) {
    constexpr BlockGeometry pairs{conv3(1, 16, 16, 2), true, false, true, 2, 2};
    constexpr BlockGeometry triples{conv3(1, 16, 16, 2), true, false, true, 3, 2};
    const auto nan_pixels = [&]<BlockGeometry G>(Isa isa) {
        Reference r = reference_of(G, 1, false);
        r.x[5 * 16 + 7] = NAN;
        r.forward();
        Run run(block_of<G>, r, Doubles{}, 1);
        run.infer(*pools()[0], isa);
        std::size_t count = 0;
        for (std::size_t i = 0; i < run.y.size(); ++i) {
            BOOST_REQUIRE_EQUAL(std::isnan(run.y.data()[i]), std::isnan(r.y[i]));
            count += std::isnan(r.y[i]);
        }
        return count;
    };
    for_each_isa([&](Isa isa) {
        BOOST_TEST(nan_pixels.template operator()<pairs>(isa) == 2 * 4);
        BOOST_TEST(nan_pixels.template operator()<triples>(isa) > 2 * 4);
    });
}

/// Values at a multiple of 64 bytes, or a float behind one.
struct PlacedBuffer {
    std::vector<float> all;
    float* first;

    PlacedBuffer(std::size_t size, std::size_t behind) : all(size + 32) {
        const std::size_t past = reinterpret_cast<std::uintptr_t>(all.data()) % 64 / sizeof(float);
        first = all.data() + (16 - past) % 16 + behind;
    }
    void fill(std::uint64_t index, std::size_t size) {
        Random random(index, stream::initialise);
        for (std::size_t i = 0; i < size; ++i) first[i] = random.uniform(-1, 1);
    }
};

/// y in training and in evaluation and the gradient of the weights, of so many samples that y and z are not kept in
/// caches where their place allows it.
template <BlockGeometry G> std::vector<float> many_samples(Isa isa, std::size_t behind) {
    using Fused = cpu::ConvBlock<G>;
    constexpr int n = 32;
    constexpr std::size_t x_size = n * G.conv.in_size(), y_size = n * G.y_size(), filters = std::size_t(G.conv.filters);
    static_assert((cpu::method_of(G) == cpu::Method::stem ? y_size : n * cpu::WinogradPlan(G).z_size()) >=
                  std::size_t{2} << 20);
    PlacedBuffer x(x_size, behind), weight(G.conv.weights(), behind), gamma(filters, 0), y(y_size, behind),
        dy(y_size, behind), saved(Fused::saved_floats(n), behind), work(Fused::work_floats(n), behind),
        dweight(G.conv.weights(), behind), other(4 * filters, 0), mean(filters, 0), variance(filters, 0);
    x.fill(1, x_size);
    weight.fill(2, G.conv.weights());
    gamma.fill(3, filters);
    dy.fill(4, y_size);
    std::fill_n(variance.first, filters, 1.0f);
    ThreadPool& pool = *pools()[1];
    Fused::forward(pool, isa,
                   {n, x.first, weight.first, nullptr, gamma.first, gamma.first, y.first, saved.first, work.first,
                    mean.first, variance.first, 0.1f, 1e-5f});
    std::vector<float> results(y.first, y.first + y_size);
    Fused::backward(pool, isa,
                    {n, x.first, weight.first, gamma.first, gamma.first, dy.first, saved.first, nullptr, dweight.first,
                     nullptr, other.first, other.first + filters, work.first});
    results.insert(results.end(), dweight.first, dweight.first + G.conv.weights());
    Fused::infer(pool, isa,
                 {n, x.first, weight.first, nullptr, gamma.first, gamma.first, mean.first, variance.first, 1e-5f,
                  y.first, work.first});
    results.insert(results.end(), y.first, y.first + y_size);
    return results;
}

BOOST_AUTO_TEST_CASE(what_is_too_large_for_the_caches_is_the_same_where_it_passes_them) {
    for_each_isa([](Isa isa) {
        constexpr BlockGeometry stem{conv3(1, 128, 128, 16), false, true, true, 2, 2};
        BOOST_TEST((many_samples<stem>(isa, 0) == many_samples<stem>(isa, 1)));
        constexpr BlockGeometry winograd{conv3(16, 64, 64, 16), false, true, true, 2, 2};
        BOOST_TEST((many_samples<winograd>(isa, 0) == many_samples<winograd>(isa, 1)));
    });
}

BOOST_AUTO_TEST_CASE(sizes_are_constant_expressions_that_grow_with_the_batch) {
    using Fused = cpu::ConvBlock<BlockGeometry{conv3(16, 64, 64, 32), true, true, true, 2, 2}>;
    static_assert(Fused::saved_floats(1) >= 32 * 64 * 64);
    static_assert(Fused::saved_floats(64) > Fused::saved_floats(63));
    static_assert(Fused::work_floats(64) >= Fused::work_floats(1));
    using Plain = cpu::ConvBlock<BlockGeometry{conv3(16, 64, 64, 32), true, false, false}>;
    static_assert(Plain::saved_floats(64) == 0);
}

BOOST_AUTO_TEST_CASE(what_cannot_run_is_an_error) {
    constexpr BlockGeometry g{conv3(1, 4, 4, 1), true, true, true};
    Reference r = reference_of(g, 1, true);
    Run run(block_of<g>, r, Doubles{}, 1);
    BOOST_CHECK_THROW(run.forward(*pools()[0], static_cast<Isa>(7)), Error);
    BOOST_CHECK_THROW(cpu::ConvBlock<g>::infer(*pools()[0], Isa::portable, {}), Error);
}
