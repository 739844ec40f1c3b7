// The fused block of few input channels, which keeps no z: what it leaves is compared in double with z's mathematics.
#define BOOST_TEST_MODULE cuda_shallow
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "tests/runtime/cuda/block_passes.hpp"

using namespace tn;
using namespace tn::test;
using cuda::Precision;

template <BlockGeometry G> void check_shallow(int n, float middle = 0) {
    static_assert(cuda::is_shallow(G));
    BlockPasses<G, Precision::bf16> passes(n, -1, middle);
    const Pass<float>& p = passes.p;
    constexpr ConvGeometry C = G.conv;
    constexpr std::size_t norm_at = G.bias ? 2 : 1, filters = static_cast<std::size_t>(C.filters);
    const std::size_t plane = C.out_plane(), count = static_cast<std::size_t>(n) * C.out_size();
    const std::size_t outputs = static_cast<std::size_t>(n) * G.y_size();
    const auto filter_of = [&](std::size_t i) { return i / plane % filters; };

    std::vector<double> z(count);
    for (std::size_t i = 0; G.bias && i < count; ++i) z[i] = double{p.parameter[1][filter_of(i)]};
    each_product(C, n, [&](std::size_t to, std::size_t x, std::size_t w) {
        z[to] += double{p.x[x]} * double{p.parameter[0][w]};
    });
    std::vector<double> mean(filters), inverse(filters, 1), scale(filters, 1), offset(filters);
    const double values = static_cast<double>(n) * static_cast<double>(plane);
    if (G.norm) {
        for (std::size_t i = 0; i < count; ++i) mean[filter_of(i)] += z[i] / values;
        std::vector<double> variance(filters), running_mean(filters), running_var(filters);
        for (std::size_t i = 0; i < count; ++i)
            variance[filter_of(i)] += std::pow(z[i] - mean[filter_of(i)], 2) / values;
        for (std::size_t f = 0; f < filters; ++f) {
            inverse[f] = 1 / std::sqrt(variance[f] + 1e-5);
            scale[f] = double{p.parameter[norm_at][f]} * inverse[f];
            offset[f] = double{p.parameter[norm_at + 1][f]};
            running_mean[f] = 0.1 * mean[f];
            running_var[f] = 0.9 + 0.1 * variance[f] * values / (values - 1);
        }
        agrees(running_mean, p.state[0], "running mean");
        agrees(running_var, p.state[1], "running variance");
    }
    // A window's values by what normalises them, and which is the largest; where two are nearly that, either.
    const auto of_window = [&](std::size_t o, int s) {
        const auto at = static_cast<int>(o % G.y_plane());
        return o / G.y_plane() * plane +
               static_cast<std::size_t>((at / G.y_w() * cuda::window_step(G) + s / cuda::window_side(G)) * C.out_w() +
                                        at % G.y_w() * cuda::window_step(G) + s % cuda::window_side(G));
    };
    const auto pooled = [&](const auto& normal) {
        std::vector<double> y(outputs);
        for (std::size_t o = 0; o < outputs; ++o) {
            y[o] = normal(of_window(o, 0));
            for (int s = 1; s < cuda::window_side(G) * cuda::window_side(G); ++s)
                y[o] = std::max(y[o], normal(of_window(o, s)));
            if (G.relu) y[o] = std::max(y[o], 0.0);
        }
        return y;
    };
    const auto normal = [&](std::size_t i) {
        const std::size_t f = filter_of(i);
        return (z[i] - mean[f]) * scale[f] + offset[f];
    };
    const std::vector<double> y = pooled(normal);
    agrees(y, std::vector<float>(p.y, p.y + outputs), "y");

    std::vector<double> g(count), sum(filters), dot(filters);
    std::vector<double> dw(C.weights()), dx(static_cast<std::size_t>(n) * C.in_size());
    const auto* choice = reinterpret_cast<const unsigned char*>(p.saved + cuda::ShallowSaved(G, n).choice);
    double largest = 0;
    for (const double v : y) largest = std::max(largest, std::abs(v));
    for (std::size_t o = 0; o < outputs; ++o) {
        if (choice[o] == cuda::no_choice) {
            BOOST_TEST_REQUIRE((G.relu && y[o] < 1e-5 * largest), "window " << o << " lets nothing through");
            continue;
        }
        BOOST_TEST_REQUIRE(int{choice[o]} < cuda::window_side(G) * cuda::window_side(G));
        const std::size_t source = of_window(o, choice[o]);
        BOOST_TEST_REQUIRE(std::abs(normal(source) - y[o]) < 1e-5 * largest, "window " << o << " chose another value");
        g[source] += double{p.dy[o]};
    }
    for (std::size_t i = 0; i < count; ++i) {
        sum[filter_of(i)] += g[i];
        dot[filter_of(i)] += g[i] * (z[i] - mean[filter_of(i)]) * inverse[filter_of(i)];
    }
    std::vector<double> dz = g;
    for (std::size_t i = 0; G.norm && i < count; ++i) {
        const std::size_t f = filter_of(i);
        dz[i] = scale[f] * (g[i] - sum[f] / values - (z[i] - mean[f]) * inverse[f] * dot[f] / values);
    }
    each_product(C, n, [&](std::size_t from, std::size_t x, std::size_t w) {
        dw[w] += dz[from] * double{p.x[x]};
        dx[x] += dz[from] * double{p.parameter[0][w]};
    });
    if (G.norm) {
        agrees(dot, p.gradient[norm_at], "gradient of gamma");
        agrees(sum, p.gradient[norm_at + 1], "gradient of beta");
    }
    if (G.bias) agrees(G.norm ? std::vector<double>(filters) : sum, p.gradient[1], "gradient of the bias");
    agrees(dw, p.gradient[0], "gradient of the weights");
    agrees(dx, p.dx, "gradient of the input");

    // Evaluation has neither memory of its own.
    Pass<float> evaluation = p;
    evaluation.training = false;
    evaluation.saved = evaluation.work = nullptr;
    std::fill_n(p.y, outputs, NAN);
    passes.backend.template conv_block_forward<G>(evaluation);
    passes.backend.wait();
    agrees(pooled([&](std::size_t i) {
               const std::size_t f = filter_of(i);
               if (!G.norm) return z[i];
               return (z[i] - double{p.state[0][f]}) / std::sqrt(double{p.state[1][f]} + 1e-5) *
                          double{p.parameter[norm_at][f]} + offset[f];
           }),
           std::vector<float>(p.y, p.y + outputs), "y in evaluation");
}

#define CHECK_SHALLOW(NAME, ...)                                                \
    BOOST_AUTO_TEST_CASE(NAME) {                                                \
        for (const int n : {1, 3}) check_shallow<BlockGeometry{__VA_ARGS__}>(n); \
    }

CHECK_SHALLOW(one_channel, {1, 12, 10, 16, 3, 3, 1, 1}, false, true, true, 2, 2)
CHECK_SHALLOW(two_channels, {2, 9, 11, 9, 3, 3, 1, 1}, false, true, true, 2, 2)
CHECK_SHALLOW(three_channels, {3, 10, 8, 5, 3, 3, 1, 1}, false, true, true, 2, 2)
CHECK_SHALLOW(a_bias_that_cancels, {1, 8, 8, 3, 3, 3, 1, 0}, true, true, true, 2, 2)
CHECK_SHALLOW(a_bias_and_no_norm, {2, 9, 7, 11, 3, 3, 1, 1}, true, false, true, 2, 2)
CHECK_SHALLOW(norm_alone_with_a_stride, {3, 11, 7, 10, 3, 3, 2, 1}, false, true, false, 0, 0)
CHECK_SHALLOW(relu_alone, {1, 6, 5, 4, 3, 1, 1, 0}, false, false, true, 0, 0)
CHECK_SHALLOW(overlapping_windows, {1, 11, 9, 6, 3, 3, 1, 1}, false, true, true, 3, 2)
CHECK_SHALLOW(windows_with_gaps, {3, 9, 10, 3, 1, 1, 1, 0}, false, true, false, 2, 3)
CHECK_SHALLOW(windows_and_a_stride, {1, 16, 15, 7, 2, 3, 2, 1}, false, true, true, 2, 2)

BOOST_AUTO_TEST_CASE(sums_of_many_groups_and_parts) {
    constexpr BlockGeometry one{{1, 70, 62, 9, 3, 3, 1, 1}, false, true, true, 2, 2};
    constexpr BlockGeometry three{{3, 33, 34, 3, 3, 3, 1, 1}, false, true, true, 0, 0};
    static_assert(cuda::ShallowWork(one, 2).groups == 8 && cuda::ShallowWork(one, 2).parts == 2);
    static_assert(cuda::ShallowWork(three, 2).groups == 2 && cuda::ShallowWork(three, 2).parts == 2);
    check_shallow<one>(2), check_shallow<three>(2);
}

BOOST_AUTO_TEST_CASE(values_far_from_zero_keep_their_variance) {
    // Without zeros around x, so that the variance is that of the values and not of the border.
    check_shallow<BlockGeometry{{1, 12, 10, 6, 3, 3, 1, 0}, false, true, true, 2, 2}>(3, 30);
    check_shallow<BlockGeometry{{3, 9, 10, 4, 3, 3, 1, 0}, false, true, false, 0, 0}>(2, -30);
}

BOOST_AUTO_TEST_CASE(every_sum_over_patches_has_its_place) {
    for (const int channels : {1, 2, 3}) {
        const cuda::PatchSums sums(BlockGeometry{{channels, 9, 9, 4, 3, 3}, false, true, true, 2, 2});
        std::set<int> places;
        for (int d = 0; d < 9 * channels; ++d) {
            places.insert(sums.value(d));
            for (int e = d; e < 9 * channels; ++e) places.insert(sums.product(d, e));
        }
        BOOST_TEST(static_cast<int>(places.size()) == sums.size());
        BOOST_TEST(*places.begin() == 0);
        BOOST_TEST(*places.rbegin() == sums.size() - 1);
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_number_reaches_all_that_depends_on_it) {
    constexpr BlockGeometry G{{1, 8, 8, 5, 3, 3, 1, 1}, false, true, true, 2, 2};
    const BlockPasses<G, Precision::fp32> passes(2, 4 * 8 + 4);
    const Pass<float>& p = passes.p;
    BOOST_TEST(all_nan(p.y, 2 * G.y_size()), "y");
    BOOST_TEST(all_nan(p.gradient[0], G.conv.weights()), "gradient of the weights");
    BOOST_TEST(all_nan(p.gradient[1], 5), "gradient of gamma");
    BOOST_TEST(all_nan(p.dx, 2 * G.conv.in_size()), "gradient of the input");
}

BOOST_AUTO_TEST_CASE(deeper_and_wider_convolutions_keep_their_z) {
    constexpr auto shallow = [](ConvGeometry c, bool relu, int window) {
        return cuda::is_shallow(BlockGeometry{c, false, false, relu, window, window});
    };
    static_assert(shallow({3, 32, 32, 8, 3, 3}, true, 2));
    static_assert(!shallow({4, 32, 32, 8, 3, 3}, true, 2));
    static_assert(!shallow({1, 32, 32, 8, 5, 5}, true, 2));
    static_assert(!shallow({3, 32, 32, 8, 3, 3}, true, 4));    // a patch of 108 values
    static_assert(!shallow({3, 32, 32, 8, 3, 3}, false, 0));   // y is z
    constexpr BlockGeometry first{{1, 128, 128, 16, 3, 3, 1, 1}, false, true, true, 2, 2};
    using Sizes = cuda::SizesIn<Precision::bf16>;
    static_assert(Sizes::block_saved(first, 64) < 64 * first.conv.out_size() * 2 / sizeof(float));
    BOOST_TEST(Sizes::block_saved(first, 64) == cuda::ShallowSaved(first, 64).values);
}
