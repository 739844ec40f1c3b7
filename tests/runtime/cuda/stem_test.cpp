// The fused block of few input channels, which keeps no z: what it leaves is compared in double with z's mathematics.
#define BOOST_TEST_MODULE cuda_stem
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "tests/runtime/cuda/block_passes.hpp"

using namespace tn;
using namespace tn::test;
using cuda::Precision;

/// Lets the reference go on with what the passes chose, which must be nearly the largest of each window: where two are
/// that, either.
void take_choice(Reference& r, const unsigned char* argmax, Doubles& dy) {
    double largest = 0;
    for (const double v : r.y) largest = std::max(largest, std::abs(v));
    for (std::size_t i = 0; i < r.y.size(); ++i) {
        if (argmax[i] == cuda::no_choice) {
            BOOST_TEST_REQUIRE((r.g.relu && r.y[i] < 1e-5 * largest), "window " << i << " lets nothing through");
            dy[i] = 0;
            continue;
        }
        BOOST_TEST_REQUIRE(int{argmax[i]} < r.window_size());
        r.source[i] = r.place_of(i, argmax[i]);
        BOOST_TEST_REQUIRE(std::abs(r.act[r.source[i]] - r.y[i]) < 1e-5 * largest,
                           "window " << i << " chose another value");
    }
}

template <BlockGeometry G> void check_stem(int n, float middle = 0) {
    static_assert(cuda::is_stem(G));
    BlockPasses<G, Precision::bf16> passes(n, -1, middle);
    const Pass<float>& p = passes.p;
    Reference r = reference_of(G, p, [](float v) { return double{v}; });
    r.forward();
    const std::size_t outputs = r.y.size();
    agree_running(r, p);
    agrees(r.y, std::vector<float>(p.y, p.y + outputs), "y");
    Doubles dy(p.dy, p.dy + outputs);
    take_choice(r, reinterpret_cast<const unsigned char*>(p.saved + cuda::StemSaved(G, n).argmax), dy);
    r.backward(dy);
    agree_behind(r, p);
    agrees(r.dweight, p.gradient[0], "gradient of the weights");
    agrees(r.dx, p.dx, "gradient of the input");

    // Evaluation has neither memory of its own.
    Pass<float> evaluation = p;
    evaluation.training = r.training = false;
    evaluation.saved = evaluation.work = nullptr;
    std::fill_n(p.y, outputs, NAN);
    cuda::conv_block<G>(passes.device, evaluation, passes.norm).forward();
    passes.device.wait();
    r.finish();
    agrees(r.y, std::vector<float>(p.y, p.y + outputs), "y in evaluation");
}

#define CHECK_STEM(NAME, ...)                                                 \
    BOOST_AUTO_TEST_CASE(NAME) {                                              \
        for (const int n : {1, 3}) check_stem<BlockGeometry{__VA_ARGS__}>(n); \
    }

CHECK_STEM(one_channel, {1, 12, 10, 16, 3, 3, 1, 1}, false, true, true, 2, 2)
CHECK_STEM(two_channels, {2, 9, 11, 9, 3, 3, 1, 1}, false, true, true, 2, 2)
CHECK_STEM(three_channels, {3, 10, 8, 5, 3, 3, 1, 1}, false, true, true, 2, 2)
CHECK_STEM(a_bias_that_cancels, {1, 8, 8, 3, 3, 3, 1, 0}, true, true, true, 2, 2)
CHECK_STEM(a_bias_and_no_norm, {2, 9, 7, 11, 3, 3, 1, 1}, true, false, true, 2, 2)
CHECK_STEM(norm_alone_with_a_stride, {3, 11, 7, 10, 3, 3, 2, 1}, false, true, false, 0, 0)
CHECK_STEM(relu_alone, {1, 6, 5, 4, 3, 1, 1, 0}, false, false, true, 0, 0)
CHECK_STEM(overlapping_windows, {1, 11, 9, 6, 3, 3, 1, 1}, false, true, true, 3, 2)
CHECK_STEM(windows_with_gaps, {3, 9, 10, 3, 1, 1, 1, 0}, false, true, false, 2, 3)
CHECK_STEM(windows_and_a_stride, {1, 16, 15, 7, 2, 3, 2, 1}, false, true, true, 2, 2)

BOOST_AUTO_TEST_CASE(sums_of_many_groups_and_parts) {
    constexpr BlockGeometry one{{1, 70, 62, 9, 3, 3, 1, 1}, false, true, true, 2, 2};
    constexpr BlockGeometry three{{3, 33, 34, 3, 3, 3, 1, 1}, false, true, true, 0, 0};
    static_assert(cuda::StemWork(one, 2).groups == 8 && cuda::StemWork(one, 2).parts == 2);
    static_assert(cuda::StemWork(three, 2).groups == 2 && cuda::StemWork(three, 2).parts == 2);
    check_stem<one>(2), check_stem<three>(2);
}

BOOST_AUTO_TEST_CASE(values_far_from_zero_keep_their_variance) {
    // Without zeros around x, so that the variance is that of the values and not of the border.
    check_stem<BlockGeometry{{1, 12, 10, 6, 3, 3, 1, 0}, false, true, true, 2, 2}>(3, 30);
    check_stem<BlockGeometry{{3, 9, 10, 4, 3, 3, 1, 0}, false, true, false, 0, 0}>(2, -30);
}

BOOST_AUTO_TEST_CASE(every_sum_over_patches_has_its_place) {
    for (const int channels : {1, 2, 3}) {
        const cuda::PatchSums sums(BlockGeometry{{channels, 9, 9, 4, 3, 3}, false, true, true, 2, 2});
        std::set<int> places;
        for (int d = 0; d < 9 * channels; ++d) {
            places.insert(sums.value(d));
            for (int e = d; e < 9 * channels; ++e) places.insert(sums.product(d, e));
        }
        BOOST_TEST(std::ssize(places) == sums.size());
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
    constexpr auto stem = [](ConvGeometry c, bool relu, int window) {
        return cuda::is_stem(BlockGeometry{c, false, false, relu, window, window});
    };
    static_assert(stem({3, 32, 32, 8, 3, 3}, true, 2));
    static_assert(!stem({4, 32, 32, 8, 3, 3}, true, 2));
    static_assert(!stem({1, 32, 32, 8, 5, 5}, true, 2));
    static_assert(!stem({3, 32, 32, 8, 3, 3}, true, 4));   // a patch of 108 values
    static_assert(!stem({3, 32, 32, 8, 3, 3}, false, 0));  // y is z
    constexpr BlockGeometry first{{1, 128, 128, 16, 3, 3, 1, 1}, false, true, true, 2, 2};
    static_assert(cuda::conv_block_saved(first, 64, Precision::bf16) < 64 * first.conv.out_size() * 2 / sizeof(float));
    BOOST_TEST(cuda::conv_block_saved(first, 64, Precision::bf16) == cuda::StemSaved(first, 64).values);
}
