#define BOOST_TEST_MODULE conv_block
#include "runtime/cpu/conv_block.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "runtime/core/error.hpp"
#include "runtime/core/random.hpp"
#include "runtime/core/thread_pool.hpp"
#include "tests/support/conv_reference.hpp"
#include "tests/support/sanitized.hpp"

using namespace tn;
using test::Doubles;
using test::Guarded;
using test::Reference;
using test::sanitized;

namespace {

/// Multiples of 1/8, so that z is exact, equal maxima are really equal and different ones are far apart.
Doubles grid_values(Random& random, std::size_t size) {
    Doubles v(size);
    for (double& a : v) a = (double(random.below(17)) - 8) / 8;
    return v;
}

Doubles values(Random& random, std::size_t size, float low, float high) {
    Doubles v(size);
    for (double& a : v) a = random.uniform(low, high);
    return v;
}

Reference draw_reference(const BlockGeometry& g, int n, bool training, std::uint64_t seed) {
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
Reference reference_of(const BlockGeometry& g, int n, bool training) {
    for (std::uint64_t seed = 7;; ++seed) {
        Reference r = draw_reference(g, n, training, seed);
        if (cpu::method_of(g) != cpu::Method::winograd) return r;
        Reference computed = r;
        computed.forward();
        if (computed.margin() > 2e-5) return r;
    }
}

/// The largest difference, as a part of the largest number (at least one).
double difference(Guarded& got, const Doubles& expected) {
    double largest = 1, distance = got.size() == expected.size() ? 0 : INFINITY;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        largest = std::max(largest, std::abs(expected[i]));
        const double d = std::abs(got.data()[i] - expected[i]);
        distance = std::isnan(d) ? INFINITY : std::max(distance, d);
    }
    return distance / largest;
}

/// A ConvBlock with its geometry as a value, so that the checks are compiled once.
struct Block {
    BlockGeometry g;
    std::size_t (*saved_floats)(int);
    std::size_t (*work_floats)(int);
    void (*forward)(ThreadPool&, Isa, const cpu::ConvForward&);
    void (*infer)(ThreadPool&, Isa, const cpu::ConvInfer&);
    void (*backward)(ThreadPool&, Isa, const cpu::ConvBackward&);
};

template <BlockGeometry G>
constexpr Block block_of{G,
                         cpu::ConvBlock<G>::saved_floats,
                         cpu::ConvBlock<G>::work_floats,
                         cpu::ConvBlock<G>::forward,
                         cpu::ConvBlock<G>::infer,
                         cpu::ConvBlock<G>::backward};

/// Every buffer of a block and its passes.
struct Run {
    const Block& block;
    const Reference& r;
    Guarded x, weight, bias, gamma, beta, running_mean, running_var, dy, y, saved, work, dx, dweight, dbias, dgamma,
        dbeta;

    Run(const Block& block, const Reference& r, const Doubles& dy, int batch)
        : block(block),
          r(r),
          x(r.x),
          weight(r.weight),
          bias(r.bias),
          gamma(r.gamma),
          beta(r.beta),
          running_mean(r.running_mean),
          running_var(r.running_var),
          dy(dy),
          y(std::size_t(r.n) * r.g.y_size()),
          saved(block.saved_floats(batch)),
          work(block.work_floats(batch)),
          dx(r.x.size()),
          dweight(r.weight.size()),
          dbias(r.bias.size()),
          dgamma(r.bias.size()),
          dbeta(r.bias.size()) {}

    float* if_norm(Guarded& b) { return r.g.norm ? b.data() : nullptr; }

    void forward(ThreadPool& pool, Isa isa) {
        block.forward(pool, isa,
                      {r.n, x.data(), weight.data(), r.g.bias ? bias.data() : nullptr, if_norm(gamma), if_norm(beta),
                       y.data(), saved.data(), work.data(), if_norm(running_mean), if_norm(running_var)});
    }
    void infer(ThreadPool& pool, Isa isa) {
        block.infer(pool, isa,
                    {r.n, x.data(), weight.data(), r.g.bias ? bias.data() : nullptr, if_norm(gamma), if_norm(beta),
                     if_norm(running_mean), if_norm(running_var), 1e-5f, y.data(), work.data()});
    }
    void backward(ThreadPool& pool, Isa isa, bool with_dx) {
        block.backward(pool, isa,
                       {r.n, x.data(), weight.data(), if_norm(gamma), if_norm(beta), dy.data(), saved.data(),
                        with_dx ? dx.data() : nullptr, dweight.data(), r.g.bias ? dbias.data() : nullptr,
                        if_norm(dgamma), if_norm(dbeta), work.data()});
    }
    std::vector<Guarded*> all() {
        return {&x, &weight, &bias, &gamma, &beta,    &running_mean, &running_var, &dy,
                &y, &saved,  &work, &dx,    &dweight, &dbias,        &dgamma,      &dbeta};
    }
    bool intact() {
        for (Guarded* b : all())
            if (!b->intact()) return false;
        return true;
    }
    bool same_results(Run& o) {
        return y.same_bits(o.y) && dx.same_bits(o.dx) && dweight.same_bits(o.dweight) && dbias.same_bits(o.dbias) &&
               dgamma.same_bits(o.dgamma) && dbeta.same_bits(o.dbeta) && running_mean.same_bits(o.running_mean) &&
               running_var.same_bits(o.running_var);
    }
};

std::vector<std::unique_ptr<ThreadPool>>& pools() {
    // Also more threads than there are slices and samples.
    static const std::vector<int> thread_counts = sanitized ? std::vector{1, 8} : std::vector{1, 2, 8, 24};
    static std::vector<std::unique_ptr<ThreadPool>> all;
    if (all.empty())
        for (int threads : thread_counts) all.push_back(std::make_unique<ThreadPool>(threads));
    return all;
}

template <class F> void for_each_isa(F&& f) {
    for (Isa isa : {Isa::portable, Isa::avx2, Isa::avx512})
        if (available(isa)) f(isa);
}

std::string describe(const BlockGeometry& g, int n, Isa isa) {
    const ConvGeometry& c = g.conv;
    auto s = [](int v) { return std::to_string(v); };
    return s(c.channels) + "x" + s(c.height) + "x" + s(c.width) + " -> " + s(c.filters) + ", kernel " + s(c.kernel_h) +
           "x" + s(c.kernel_w) + " stride " + s(c.stride) + " pad " + s(c.pad) + (g.bias ? " bias" : "") +
           (g.norm ? " norm" : "") + (g.relu ? " relu" : "") + " pool " + s(g.pool_window) + "/" + s(g.pool_stride) +
           ", n " + s(n) + ", " + name(isa);
}

void check_training(const Block& block, int n, int batch) {
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

void check_inference(const Block& block, int n, int batch) {
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

template <BlockGeometry G> void check(int batch) {
    for (int n : {1, batch - 1, batch}) {
        if (n < 1 || (sanitized && n == batch - 1)) continue;
        check_training(block_of<G>, n, batch);
        check_inference(block_of<G>, n, batch);
    }
}

constexpr ConvGeometry conv3(int channels, int height, int width, int filters) {
    return {channels, height, width, filters, 3, 3, 1, 1};
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_blocks_of_a_photograph_network) {
    check<BlockGeometry{conv3(1, 32, 32, 16), true, true, true, 2, 2}>(3);
    check<BlockGeometry{conv3(16, 16, 16, 32), true, true, true, 2, 2}>(5);
    check<BlockGeometry{conv3(8, 64, 64, 8), false, true, true, 2, 2}>(2);
    check<BlockGeometry{conv3(3, 4, 128, 9), false, true, true, 2, 2}>(2);
}

BOOST_AUTO_TEST_CASE(widths_that_are_no_whole_vectors) {
    check<BlockGeometry{conv3(1, 28, 28, 8), true, true, true, 2, 2}>(3);
    check<BlockGeometry{conv3(8, 14, 14, 10), true, true, true, 2, 2}>(19);
    check<BlockGeometry{conv3(5, 7, 7, 6), false, true, true, 2, 2}>(33);
    check<BlockGeometry{conv3(3, 5, 5, 3), true, true, false, 2, 2}>(4);
    check<BlockGeometry{conv3(2, 9, 33, 3), true, true, true, 2, 2}>(2);
    check<BlockGeometry{conv3(4, 1, 1, 5), true, true, true}>(6);
    check<BlockGeometry{conv3(1, 1, 1, 1), true, true, true}>(1);
    check<BlockGeometry{conv3(3, 2, 3, 2), true, false, true}>(2);
}

BOOST_AUTO_TEST_CASE(every_combination_of_what_is_fused) {
    constexpr ConvGeometry odd = conv3(3, 7, 9, 5), even = conv3(3, 4, 16, 5);
    check<BlockGeometry{odd, false, false, false}>(3);
    check<BlockGeometry{odd, true, false, false}>(3);
    check<BlockGeometry{odd, false, true, false}>(3);
    check<BlockGeometry{odd, true, true, false}>(3);
    check<BlockGeometry{odd, false, false, true}>(3);
    check<BlockGeometry{odd, true, false, true}>(3);
    check<BlockGeometry{odd, false, true, true}>(3);
    check<BlockGeometry{odd, false, false, false, 2, 2}>(3);
    check<BlockGeometry{odd, true, false, false, 2, 2}>(3);
    check<BlockGeometry{odd, false, true, false, 2, 2}>(3);
    check<BlockGeometry{odd, false, false, true, 2, 2}>(3);
    check<BlockGeometry{odd, true, false, true, 2, 2}>(3);
    check<BlockGeometry{even, false, false, false}>(3);
    check<BlockGeometry{even, true, false, false}>(3);
    check<BlockGeometry{even, true, true, true}>(3);
    check<BlockGeometry{even, true, false, true, 2, 2}>(3);
}

template <BlockGeometry G, cpu::Method Expected> void check_method(int batch) {
    static_assert(cpu::method_of(G) == Expected);
    check<G>(batch);
}

BOOST_AUTO_TEST_CASE(winograd_tiles) {
    constexpr auto method = cpu::Method::winograd;
    check_method<BlockGeometry{conv3(16, 4, 4, 16), true, true, true, 2, 2}, method>(9);
    check_method<BlockGeometry{conv3(32, 8, 8, 48), false, true, true, 2, 2}, method>(5);
    check_method<BlockGeometry{conv3(48, 6, 5, 16), true, true, true, 2, 2}, method>(4);
    check_method<BlockGeometry{conv3(16, 7, 9, 32), false, true, true, 2, 2}, method>(3);
    check_method<BlockGeometry{conv3(16, 7, 9, 32), false, true, true}, method>(3);
    check_method<BlockGeometry{conv3(16, 9, 7, 16), true, false, true, 2, 2}, method>(3);
    check_method<BlockGeometry{conv3(16, 9, 7, 16), true, false, true}, method>(3);
    check_method<BlockGeometry{conv3(16, 9, 7, 16), true, false, false}, method>(3);
    check_method<BlockGeometry{conv3(16, 9, 7, 16), false, false, false}, method>(3);
    check_method<BlockGeometry{conv3(16, 5, 70, 16), true, true, false, 2, 2}, method>(2);
    check_method<BlockGeometry{conv3(16, 34, 18, 16), false, true, true, 2, 2}, method>(2);
    check_method<BlockGeometry{{16, 8, 9, 16, 3, 3, 1, 0}, true, true, true, 2, 2}, method>(3);
    check_method<BlockGeometry{{16, 5, 6, 16, 3, 3, 1, 2}, false, true, true}, method>(3);
}

BOOST_AUTO_TEST_CASE(stem_windows) {
    constexpr auto method = cpu::Method::stem;
    check_method<BlockGeometry{conv3(3, 16, 16, 16), true, true, true, 2, 2}, method>(5);
    check_method<BlockGeometry{conv3(1, 7, 9, 32), false, true, true, 2, 2}, method>(3);
    check_method<BlockGeometry{conv3(1, 37, 35, 3), false, true, true, 2, 2}, method>(18);
    check_method<BlockGeometry{conv3(2, 6, 70, 16), true, true, false, 2, 2}, method>(2);
    check_method<BlockGeometry{conv3(2, 9, 7, 16), true, false, true, 2, 2}, method>(3);
    check_method<BlockGeometry{conv3(3, 5, 4, 2), false, false, false, 2, 2}, method>(3);
    check_method<BlockGeometry{conv3(1, 2, 2, 1), true, true, true, 2, 2}, method>(3);
    check_method<BlockGeometry{conv3(3, 3, 2, 5), true, true, true, 2, 2}, method>(2);
    check_method<BlockGeometry{{2, 12, 11, 5, 3, 3, 1, 0}, true, true, true, 2, 2}, method>(18);
    check_method<BlockGeometry{{1, 4, 5, 3, 3, 3, 1, 0}, true, true, true, 2, 2}, method>(2);
    check_method<BlockGeometry{{2, 8, 9, 3, 3, 3, 1, 2}, true, true, true, 2, 2}, method>(3);
    check_method<BlockGeometry{{1, 1, 2, 3, 3, 3, 1, 3}, true, true, true, 2, 2}, method>(3);
}

BOOST_AUTO_TEST_CASE(other_kernels_strides_and_margins) {
    check<BlockGeometry{{3, 16, 16, 6, 5, 5, 1, 2}, true, true, true, 2, 2}>(3);
    check<BlockGeometry{{3, 12, 10, 6, 5, 5, 1, 0}, true, true, true}>(3);
    check<BlockGeometry{{7, 16, 16, 9, 1, 1, 1, 0}, true, true, true, 2, 2}>(3);
    check<BlockGeometry{{1, 12, 11, 16, 5, 5, 1, 2}, true, true, true, 2, 2}>(18);
    check<BlockGeometry{{20, 6, 5, 16, 1, 1, 1, 0}, true, true, true, 2, 2}>(3);
    check<BlockGeometry{{7, 5, 6, 9, 1, 1, 1, 0}, true, true, true}>(3);
    check<BlockGeometry{{2, 5, 6, 3, 1, 1, 1, 1}, true, true, true}>(3);
    check<BlockGeometry{{2, 5, 6, 3, 2, 2, 1, 3}, true, false, false}>(3);
    check<BlockGeometry{{3, 32, 32, 8, 3, 3, 2, 1}, true, true, true}>(3);
    check<BlockGeometry{{3, 15, 13, 8, 3, 3, 2, 1}, true, true, true, 2, 2}>(3);
    check<BlockGeometry{{3, 15, 13, 8, 3, 3, 2, 0}, false, true, true}>(3);
    check<BlockGeometry{{2, 9, 9, 4, 1, 1, 2, 0}, true, true, true}>(3);
    check<BlockGeometry{{2, 11, 12, 4, 2, 3, 3, 2}, true, true, true}>(3);
    check<BlockGeometry{{2, 8, 8, 4, 8, 8, 1, 0}, true, true, true}>(3);
    check<BlockGeometry{{1, 6, 40, 2, 1, 7, 1, 3}, true, false, true}>(2);
    check<BlockGeometry{{3, 17, 17, 4, 7, 7, 2, 3}, true, true, true, 3, 2}>(2);
}

BOOST_AUTO_TEST_CASE(other_pooling_windows) {
    check<BlockGeometry{conv3(2, 16, 16, 3), true, true, true, 3, 2}>(3);
    check<BlockGeometry{conv3(2, 13, 11, 3), true, true, true, 3, 3}>(3);
    check<BlockGeometry{conv3(2, 13, 11, 3), true, true, false, 2, 1}>(3);
    check<BlockGeometry{conv3(2, 13, 11, 3), true, true, true, 2, 3}>(3);
    check<BlockGeometry{conv3(2, 6, 6, 3), true, true, true, 6, 6}>(3);
    check<BlockGeometry{conv3(2, 33, 16, 3), true, false, true, 16, 1}>(2);
    check<BlockGeometry{conv3(2, 5, 16, 3), true, true, true, 1, 2}>(2);
    check<BlockGeometry{conv3(2, 130, 16, 3), true, true, true, 3, 1}>(2);
}

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
struct Placed {
    std::vector<float> all;
    float* first;

    Placed(std::size_t size, std::size_t behind) : all(size + 32) {
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
    static_assert(y_size >= std::size_t{2} << 20 || n * Fused::plan.z_kept() >= std::size_t{2} << 20);
    Placed x(x_size, behind), weight(G.conv.weights(), behind), gamma(filters, 0), y(y_size, behind),
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
                    mean.first, variance.first});
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
