// The fused block in every precision, stage by stage: each is compared in double with what it makes of the values that
// the stage before really left, so that a rounded z decides what ReLU lets through and which value a window takes.
#define BOOST_TEST_MODULE cuda_block
#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "runtime/cuda/device.hpp"
#include "tests/runtime/cuda/block_passes.hpp"
#include "tests/support/sanitized.hpp"

using namespace tn;
using namespace tn::test;
using cuda::Precision;

/// As the tensor cores read a value.
double rounded(Precision p, float v) {
    if (p == Precision::tf32) return std::bit_cast<float>(cuda::tf32_bits(v));
    if (p == Precision::bf16) return std::bit_cast<float>(cuda::bf16_bits(v) << 16);
    return v;
}

/// The block's mathematics of what the tensor cores read.
Reference rounded_reference(const BlockGeometry& g, Precision precision, const Pass<float>& p) {
    return reference_of(g, p, [&](float v) { return rounded(precision, v); });
}

/// What passes over a block left: `z`, then its gradient `dz`, as they were kept, to within `kept` of a value.
void check_passes(const BlockGeometry& g, Precision precision, const Pass<float>& p, const std::vector<float>& z,
                  const std::vector<float>& dz, double kept) {
    Reference r = rounded_reference(g, precision, p);
    r.convolve();
    agrees(r.z, z, "z", kept);

    // From here on with z as it is kept.
    r.z.assign(z.begin(), z.end());
    r.finish();
    agree_running(r, p);
    if (cuda::BlockSaved::keeps_z(g)) agrees(r.y, std::vector<float>(p.y, p.y + r.y.size()), "y");
    r.route(Doubles(p.dy, p.dy + r.y.size()));
    agree_behind(r, p);
    agrees(r.dz, dz, "gradient of z", kept);

    // From here on with z's gradient as it is kept.
    for (std::size_t i = 0; i < dz.size(); ++i) r.dz[i] = rounded(precision, dz[i]);
    r.spread();
    agrees(r.dweight, p.gradient[0], "gradient of the weights");
    agrees(r.dx, p.dx, "gradient of the input");
}

template <BlockGeometry G, Precision P> void check_block(int n) {
    static_assert(!cuda::is_stem(G));
    const BlockPasses<G, P> passes(n);
    check_passes(G, P, passes.p, passes.z, passes.dz,
                 std::is_same_v<typename BlockPasses<G, P>::Z, float> ? 0 : 0x1p-8);
}

// The sanitizers look at what the code does, not at its numbers: for them one precision is enough.
template <BlockGeometry G> void check_precisions() {
    for (const int n : {1, 3}) {
        check_block<G, Precision::bf16>(n);
        if constexpr (!sanitized) {
            check_block<G, Precision::fp32>(n);
            check_block<G, Precision::tf32>(n);
        }
    }
}

#define CHECK_BLOCK(NAME, ...) \
    BOOST_AUTO_TEST_CASE(NAME) { check_precisions<BlockGeometry{__VA_ARGS__}>(); }

CHECK_BLOCK(norm_relu_pool, {4, 12, 9, 20, 3, 3, 1, 1}, false, true, true, 2, 2)
CHECK_BLOCK(relu_and_overlapping_pool_with_a_bias, {4, 9, 11, 5, 3, 3, 1, 1}, true, false, true, 3, 2)
CHECK_BLOCK(norm_alone_with_a_stride, {4, 11, 7, 34, 3, 3, 2, 1}, true, true, false, 0, 0)
CHECK_BLOCK(nothing_behind_the_convolution, {3, 7, 5, 9, 5, 5, 1, 2}, true, false, false, 0, 0)
CHECK_BLOCK(pool_with_gaps, {5, 8, 8, 3, 1, 1, 1, 0}, false, true, false, 2, 3)

/// Whether a product is of patches, per precision: fp32, TF32, bfloat16.
template <cuda::ProductPlan Plan(const BlockGeometry&, Precision)>
constexpr std::array<bool, 3> of_patches(const BlockGeometry& g) {
    return {Plan(g, Precision::fp32).by_patches(), Plan(g, Precision::tf32).by_patches(),
            Plan(g, Precision::bf16).by_patches()};
}

constexpr std::array<bool, 3> all{true, true, true}, none{false, false, false};

/// A block whose forward product and input gradient are of patches, and whose windows tile z or not.
#define CHECK_WAYS(NAME, FORWARD, INPUT, WINDOWS, ...)                              \
    BOOST_AUTO_TEST_CASE(NAME) {                                                    \
        constexpr BlockGeometry geometry{__VA_ARGS__};                              \
        static_assert(of_patches<cuda::ProductPlan::forward>(geometry) == FORWARD); \
        static_assert(of_patches<cuda::ProductPlan::backward>(geometry) == INPUT);  \
        static_assert(cuda::windows_tile(geometry) == WINDOWS);                     \
        check_precisions<geometry>();                                               \
    }
CHECK_WAYS(sixteen_channels, all, all, true, {16, 12, 16, 16, 3, 3, 1, 1}, false, true, true, 2, 2)
CHECK_WAYS(rows_of_15, all, all, false, {16, 7, 15, 20, 3, 3, 1, 1}, true, true, true, 2, 2)
CHECK_WAYS(five_channels, none, all, true, {5, 10, 12, 32, 3, 3, 1, 1}, true, false, true, 2, 2)
CHECK_WAYS(one_channel, none, all, true, {1, 18, 15, 8, 5, 5, 1, 2}, true, true, true, 3, 3)
CHECK_WAYS(channels_of_several_patches, all, all, false, {48, 5, 6, 48, 3, 3, 1, 1}, false, true, true, 2, 2)
CHECK_WAYS(patches_with_a_stride, all, all, false, {32, 9, 8, 64, 3, 3, 2, 1}, true, false, true, 0, 0)
CHECK_WAYS(even_rows_with_a_stride, none, all, false, {4, 9, 15, 32, 3, 3, 2, 1}, true, false, true, 0, 0)
CHECK_WAYS(eight_channels, all, all, true, {8, 6, 8, 24, 3, 3, 1, 1}, false, true, false, 2, 2)
CHECK_WAYS(a_row_of_taps_at_a_time, all, all, false, {20, 9, 7, 12, 5, 5, 1, 2}, true, false, true, 0, 0)
CHECK_WAYS(taps_that_are_not_unrolled, all, all, true, {8, 8, 8, 10, 7, 5, 1, 3}, false, true, true, 2, 2)
CHECK_WAYS(patches_too_large_for_shared_memory, none, all, false, {8, 30, 34, 17, 11, 13, 4, 2}, true, false, true, 0,
           0)
CHECK_WAYS(many_samples_in_a_tile, all, all, true, {16, 4, 2, 70, 3, 3, 1, 1}, false, true, true, 2, 2)
CHECK_WAYS(windows_without_a_norm, none, all, true, {2, 6, 7, 64, 5, 3, 1, 2}, true, false, true, 3, 3)

/// Evaluation against double: what the running statistics make of the convolution.
template <BlockGeometry G, Precision P> void check_evaluation(int n) {
    BlockPasses<G, P> passes(n);
    Pass<float>& p = passes.p;
    Reference r = rounded_reference(G, P, p);
    r.training = false;
    if (G.norm) {
        r.running_mean.assign(p.state[0], p.state[0] + G.conv.filters);
        r.running_var.assign(p.state[1], p.state[1] + G.conv.filters);
    }
    r.forward();
    std::fill_n(p.y, r.y.size(), NAN);
    std::fill_n(p.work, cuda::conv_block_work(G, n, P), NAN);
    p.training = false;
    cuda::conv_block<G>(passes.device, p, passes.norm).forward();
    passes.device.wait();
    agrees(r.y, std::vector<float>(p.y, p.y + r.y.size()), "y in evaluation");
}

BOOST_AUTO_TEST_CASE(evaluation_is_one_product) {
    const auto check = []<BlockGeometry G>(bool by_patches) {
        for (const int n : {1, 3}) {
            BOOST_TEST(cuda::ProductPlan::evaluation(G, Precision::bf16).by_patches() == by_patches);
            check_evaluation<G, Precision::bf16>(n);
            if constexpr (!sanitized) {
                check_evaluation<G, Precision::fp32>(n);
                check_evaluation<G, Precision::tf32>(n);
            }
        }
    };
    check.operator()<BlockGeometry{{5, 12, 9, 20, 3, 3, 1, 1}, false, true, true, 2, 2}>(false);
    check.operator()<BlockGeometry{{16, 9, 11, 36, 3, 3, 1, 1}, true, true, true, 2, 2}>(true);
    check.operator()<BlockGeometry{{20, 9, 11, 70, 3, 3, 1, 1}, true, false, true, 3, 2}>(true);
    check.operator()<BlockGeometry{{8, 17, 18, 12, 3, 3, 2, 1}, false, true, false, 2, 3}>(false);
    check.operator()<BlockGeometry{{8, 17, 18, 40, 3, 3, 2, 1}, false, true, false, 2, 2}>(true);
    check.operator()<BlockGeometry{{12, 12, 7, 9, 3, 3, 1, 1}, false, true, true, 5, 1}>(true);
    check.operator()<BlockGeometry{{10, 7, 5, 33, 3, 1, 1, 0}, true, true, true, 0, 0}>(true);
}

BOOST_AUTO_TEST_CASE(a_block_that_makes_several_tiles_leaves_what_several_blocks_would) {
    const auto check = []<BlockGeometry G, Precision P>() {
        constexpr int n = 3, groups = 2;
        constexpr std::size_t filters = G.conv.filters;
        using Executor = BlockPasses<G, P>;
        using Kernel = cuda::ConvForwardKernel<G, P, typename Executor::Z>;
        using Product = typename Kernel::Product;
        const Executor passes(n);
        const Pass<float>& p = passes.p;
        const cuda::Span<const float> x{p.x, n * G.conv.in_size()}, weight{p.parameter[0], G.conv.weights()};
        std::vector<typename Executor::Z> z(passes.z.size());
        std::vector<float> partial(2 * groups * filters);
        Emulator gpu(P);
        std::vector<cuda::Words> packed(cuda::ProductPlan::forward(G, P).packed_words() / 4);
        const auto product = [&] {
            if constexpr (requires { Product::plan; }) {
                using Pack = cuda::PackWeights<Product::plan, P>;
                gpu.launch(Pack{weight, {packed.data(), packed.size()}}, (Pack::fours + 255) / 256, 256);
                return Product{n, x, {packed.data(), packed.size()}};
            } else {
                return Product({n, x, weight});
            }
        }();
        BOOST_REQUIRE(product.tiles(n) >= 2 * groups);
        gpu.launch(
            Kernel{product, groups, {p.parameter[1], filters}, {z.data(), z.size()}, {partial.data(), partial.size()}},
            groups * Kernel::row_tiles, cuda::tile_threads);
        BOOST_TEST(std::vector<float>(z.begin(), z.end()) == passes.z);
        std::vector<float> found(2 * filters), running(2 * filters);
        const cuda::BatchStatistics statistics{1e-5f,
                                               1,
                                               {found.data(), filters},
                                               {found.data() + filters, filters},
                                               {running.data(), filters},
                                               {running.data() + filters, filters}};
        gpu.launch(cuda::StatisticsKernel<G, P>{{n, groups, {partial.data(), partial.size()}}, statistics},
                   G.conv.filters, cuda::statistics_threads);
        for (std::size_t i = 0; i < 2 * filters; ++i)
            BOOST_TEST(std::abs(found[i] - p.saved[i]) < 1e-5f * std::max(1.0f, std::abs(p.saved[i])));
    };
    constexpr BlockGeometry patches{{16, 13, 17, 70, 3, 3, 1, 1}, true, true, true, 2, 2};
    constexpr BlockGeometry values{{5, 13, 17, 70, 3, 3, 1, 1}, true, true, true, 2, 2};
    check.operator()<patches, Precision::fp32>(), check.operator()<values, Precision::fp32>();
    check.operator()<patches, Precision::bf16>(), check.operator()<values, Precision::bf16>();
}

BOOST_AUTO_TEST_CASE(a_value_that_is_not_a_number_reaches_what_depends_on_it_and_nothing_else) {
    const auto check = []<BlockGeometry G, Precision P>() {
        constexpr ConvGeometry C = G.conv;
        constexpr int row = 4, column = 4;
        const BlockPasses<G, P> passes(2, row * C.width + column);
        const Pass<float>& p = passes.p;
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < passes.z.size(); ++i) {
            const auto at = static_cast<int>(i % C.out_plane()), y = at / C.out_w(), x = at % C.out_w();
            const bool seen = i < C.out_size() && std::abs(y - row) <= 1 && std::abs(x - column) <= 1;
            wrong += std::isnan(passes.z[i]) != seen;
        }
        BOOST_TEST(wrong == 0u, "z");
        // Every filter's statistics have seen it, and backward so has each of its values.
        BOOST_TEST(all_nan(passes.dz.data(), passes.dz.size()), "gradient of z");
        BOOST_TEST(all_nan(p.gradient[0], C.weights()), "gradient of the weights");
        BOOST_TEST(all_nan(p.dx, 2 * C.in_size()), "gradient of the input");
    };
    constexpr BlockGeometry windows{{16, 8, 8, 16, 3, 3, 1, 1}, false, true, true, 2, 2};
    constexpr BlockGeometry values{{4, 7, 9, 5, 3, 3, 1, 1}, false, true, true, 2, 2};
    check.operator()<windows, Precision::fp32>(), check.operator()<values, Precision::fp32>();
    check.operator()<windows, Precision::tf32>(), check.operator()<values, Precision::tf32>();
    check.operator()<windows, Precision::bf16>(), check.operator()<values, Precision::bf16>();
}

BOOST_AUTO_TEST_CASE(statistics_of_more_groups_than_threads_are_those_of_all_values) {
    // 313 tiles of 128 pixels, the last half full, in 300 groups, of which the first 13 have two.
    constexpr BlockGeometry G{{1, 200, 200, 1, 1, 1, 1, 0}, false, true, false, 0, 0};
    constexpr int groups = 300;
    static_assert(groups > cuda::statistics_threads);
    std::vector<float> partial;
    double sum = 0, squares = 0;
    for (int s = 0; s < groups; ++s) {
        const double count = s < 12 ? 256 : s == 12 ? 192 : 128, mean = 3 + s % 7, own_squares = 10 + s % 11;
        sum += count * mean;
        squares += own_squares + count * mean * mean;
        partial.push_back(static_cast<float>(mean));
        partial.push_back(static_cast<float>(own_squares));
    }
    const double mean = sum / 40000, variance = squares / 40000 - mean * mean;
    float found[4] = {0, 0, 0, 1};
    const cuda::BatchStatistics statistics{1e-5f, 0.1f, {found, 1}, {found + 1, 1}, {found + 2, 1}, {found + 3, 1}};
    Emulator gpu;
    gpu.launch(cuda::StatisticsKernel<G, Precision::fp32>{{1, groups, {partial.data(), partial.size()}}, statistics}, 1,
               cuda::statistics_threads);
    const double wanted[] = {mean, 1 / std::sqrt(variance + 1e-5), 0.1 * mean, 0.9 + 0.1 * variance * 40000 / 39999};
    for (int i = 0; i < 4; ++i) BOOST_TEST(std::abs(double{found[i]} - wanted[i]) < 1e-5 * std::abs(wanted[i]));
}

BOOST_AUTO_TEST_CASE(weights_sum_over_every_number_of_parts) {
    // 2, 4 or 5, and 7 parts, whose borders lie within rows; rows of an odd length end within a word of bfloat16.
    constexpr BlockGeometry odd{{2, 23, 27, 4, 3, 3, 1, 1}, true, false, false, 0, 0};
    constexpr BlockGeometry even{{2, 23, 28, 4, 3, 3, 1, 1}, true, false, false, 0, 0};
    constexpr auto parts = [](const BlockGeometry& g, int n) { return cuda::BlockWork(g, n, Precision::bf16).parts; };
    static_assert(parts(odd, 1) == 2 && parts(odd, 2) == 4 && parts(odd, 3) == 7 && parts(even, 2) == 5);
    static_assert(cuda::WeightGradient<odd, Precision::bf16, cuda::Bf16>::together == 1);
    static_assert(cuda::WeightGradient<even, Precision::bf16, cuda::Bf16>::together == 2);
    for (const int n : {1, 2, 3}) {
        check_block<odd, Precision::bf16>(n), check_block<odd, Precision::fp32>(n);
        check_block<even, Precision::bf16>(n), check_block<even, Precision::fp32>(n);
    }
}
