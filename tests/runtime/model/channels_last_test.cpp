// Inference where the channels of values lie side by side: the compiler chooses where, and predictions are those of
// planes.
#define BOOST_TEST_MODULE channels_last
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "dsl/typenet.hpp"
#include "runtime/core/random.hpp"
#include "runtime/model/copy_weights.hpp"
#include "runtime/model/model.hpp"
#include "runtime/model/predictor.hpp"

using namespace tn;

namespace {

template <int Wide, int Narrow, class Function>
using Inverted = Residual<Conv<Wide, 1>, BN, Function, Conv<Wide, 3, Depthwise>, BN, Relu6, Conv<Narrow, 1>, BN>;

// Whole vectors and parts of them, windows that reach over margins, steps, sums, functions, pools and branches.
using Mobile = Net<Image<3, 70, 67>, Batch<5>,
                   Seq<Conv<24, 3, Stride<2>>, BN, Relu6, Conv<24, 3, Depthwise>, BN, Relu6, Conv<37, 1>, BN,
                       Inverted<80, 37, Relu6>, Inverted<21, 37, Silu>, Pool<3, Stride<2>, Pad<1>>,
                       Conv<37, 5, Depthwise, Stride<2>>, BN, Relu, Conv<37, 7, Depthwise>, BN, Conv<37, 5, Depthwise>,
                       Relu, Conv<48, 1>, Relu, Concat<Conv<16, 1>, Seq<Conv<20, 1>, BN, Silu>, Conv<18, 3, Stride<1>>>,
                       AvgPool<2>, Residual<Conv<54, 1>, BN, Relu, Conv<54, 1>, BN>, Relu, Dropout<10>, Conv<33, 1>, BN,
                       Relu, GlobalAvgPool, Dense<7>>,
                   SoftmaxCrossEntropy>;

// Planes at both ends: the input, and values that a dense layer reads plane by plane.
using Between = Net<
    Image<16, 12, 12>, Batch<3>,
    Seq<Conv<32, 3>, BN, Relu, Conv<40, 1>, BN, Relu, Conv<40, 1, Stride<2>>, BN, Relu, Conv<16, 1>, Relu, Dense<5>>,
    SoftmaxCrossEntropy>;

using Planes =
    Net<Image<16, 8, 8>, Batch<4>, Seq<Conv<32, 3>, BN, Relu, Conv<32, 3>, BN, Relu, Dense<3>>, SoftmaxCrossEntropy>;

// Winograd's tiles, of which some reach over the margin, and a sum behind them.
using Tiles = Net<Image<3, 23, 21>, Batch<7>,
                  Seq<Conv<32, 3, Stride<2>>, BN, Relu, Residual<Conv<32, 3>, BN, Relu, Conv<32, 3>, BN>, Relu,
                      Conv<80, 3>, Relu, GlobalAvgPool, Dense<4>>,
                  SoftmaxCrossEntropy>;

// Planes throughout, so small and deep that few samples are multiplied by kept weights: 8 x 8 pixels of one sample, 4 x
// 4 of up to four, and 2 x 2; pooled, with filters that fill no vector, a sum and a function behind them.
using Deep =
    Net<Image<3, 16, 16>, Batch<6>,
        Seq<Conv<128, 3, Stride<2>>, Relu, Conv<144, 3>, BN, Relu, Conv<144, 3, Stride<2>>, BN, Relu6, Conv<160, 3>,
            Relu, Pool<2>, Residual<Conv<150, 3>, BN, Relu, Conv<160, 3>, BN>, Relu, Conv<130, 3>, BN, Silu, Dense<4>>,
        SoftmaxCrossEntropy>;

// Of one sample the planes of branches lie together, too.
using Single =
    Net<Image<3, 20, 18>, Batch<1>,
        Seq<Conv<8, 3>, Relu, Concat<Seq<Conv<7, 3>, Relu>, Seq<Conv<6, 3>, BN, Silu>, Seq<Pool<3, Stride<1>, Pad<1>>>>,
            Pool<2>, Dense<3>>,
        SoftmaxCrossEntropy>;

// What comes into the last layer is asked for as planes.
using Pixels = Net<Image<16, 9, 7>, Batch<3>, Seq<Conv<32, 1>, Relu, Conv<20, 1>, Relu, Conv<3, 1>>,
                   SoftmaxCrossEntropyPerPixel<>>;

template <class N> using Infers = typename N::template schedule<Fusion::on, Purpose::infer, cpu::Device>;
template <class N> using Trains = typename N::template schedule<Fusion::on, Purpose::train, cpu::Device>;

template <class S> constexpr int count_of(Sides sides) {
    int count = 0;
    for (int i = 0; i < S::program.nodes; ++i) count += S::program.node[i].channels_last == sides;
    return count;
}

static_assert(count_of<Trains<Mobile>>({true, true}) == 0 && Trains<Mobile>::kept == 0);
static_assert(Infers<Mobile>::program.node[0].channels_last == Sides{false, true});  // x is the input
static_assert(count_of<Infers<Mobile>>({true, true}) >= 12);
static_assert(count_of<Infers<Mobile>>({true, false}) == 0);  // and out by GlobalAvgPool, whose y has one place
static_assert(Infers<Mobile>::kept > 0);
static_assert(count_of<Infers<Between>>({false, true}) == 1 && count_of<Infers<Between>>({true, false}) == 1);
static_assert(count_of<Infers<Tiles>>({true, true}) == 4);
static_assert(count_of<Infers<Planes>>({false, false}) == Infers<Planes>::program.nodes);
template <class S> constexpr int joined_values() {
    int count = 0;
    for (int v = 0; v < S::program.values; ++v) count += S::program.joined[v].into >= 0;
    return count;
}
static_assert(joined_values<Infers<Mobile>>() == 2);  // not the branch with a function behind its normalisation
static_assert(joined_values<Infers<Single>>() == 3 && joined_values<Trains<Mobile>>() == 0);
static_assert(count_of<Infers<Single>>({false, false}) == Infers<Single>::program.nodes);

static_assert(count_of<Infers<Deep>>({false, false}) == Infers<Deep>::program.nodes);
static_assert(Infers<Deep>::kept > 9 * (128 * 144 + 144 * 144 + 144 * 160 + 2 * 160 * 150) && Trains<Deep>::kept == 0);

constexpr Isa sets[] = {Isa::portable, Isa::avx2, Isa::avx512};

/// Numbers of any sign for weights, running means and biases, and positive ones for variances.
template <class M> void randomise(M& model) {
    Random random(11, 1000);
    for (const auto& t : model.tensors())
        for (float& v : t.values)
            v = t.name.ends_with("running_var") ? 0.5f + std::abs(random.normal())
                : t.parameter.rank > 1          ? v
                                                : 0.4f * random.normal() + (t.name.ends_with("weight") ? 1.0f : 0.0f);
}

double worst_difference(std::span<const float> a, std::span<const float> b) {
    BOOST_REQUIRE(a.size() == b.size());
    double worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double apart = std::abs(double{a[i]} - b[i]);
        worst = apart <= worst ? worst : apart;  // and not-a-number, too
    }
    return worst;
}

template <class N> std::vector<float> samples() {
    std::vector<float> values(N::batch * N::input.size());
    Random random(3, 1000);
    for (float& v : values) v = random.normal();
    return values;
}

template <class N> void agrees_with_planes() {
    const std::vector<float> input = samples<N>();
    for (const Isa isa : sets) {
        if (!available(isa)) continue;
        std::vector<float> first;
        for (const int threads : {1, 3}) {
            cpu::Device device(threads, isa);
            Model<N, SGD> planes(device, 5);
            randomise(planes);
            Model<N> model(device);
            copy_weights(planes, model);
            for (const int n : {N::batch, 1, 2, 3}) {
                if (n > N::batch) continue;
                std::ranges::fill(model.memory().planned_region(), std::numeric_limits<float>::quiet_NaN());
                model.set_input(input);
                planes.set_input(input);
                const std::span<const float> expected = planes.predict(n), got = model.predict(n);
                BOOST_TEST(worst_difference(expected, got) < 2e-5, n << " samples, " << threads << " threads");
                if (n != N::batch) continue;
                if (first.empty()) first.assign(got.begin(), got.end());
                BOOST_TEST(worst_difference(first, got) == 0, "the same bits at any number of threads");
            }
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(predictions_are_those_of_planes) {
    agrees_with_planes<Mobile>();
    agrees_with_planes<Between>();
    agrees_with_planes<Tiles>();
    agrees_with_planes<Deep>();
    agrees_with_planes<Single>();
}

BOOST_AUTO_TEST_CASE(what_is_kept_follows_the_weights) {
    cpu::Device device(1);
    Model<Mobile, SGD> planes(device, 5);
    Model<Mobile> model(device, 5);
    const std::vector<float> input = samples<Mobile>();
    const auto agree = [&] {
        model.set_input(input);
        planes.set_input(input);
        return worst_difference(planes.predict(2), model.predict(2)) < 2e-5;
    };
    BOOST_TEST(agree());
    randomise(planes);
    BOOST_TEST(!agree());
    randomise(model);
    BOOST_TEST(agree());

    const Model<Mobile> copy = model.clone();
    const Predictor<Mobile> predictor(copy);
    std::vector<float> together(2 * Mobile::output.size());
    predictor.predict(std::span<const float>(input).first(2 * Mobile::input.size()), together);
    model.set_input(input);
    BOOST_TEST(worst_difference(model.predict(2), together) == 0);
}

BOOST_AUTO_TEST_CASE(features_are_planes) {
    static_assert(Infers<Pixels>::program.node[Infers<Pixels>::program.nodes - 1].channels_last == Sides{true, false});
    cpu::Device device(1);
    Model<Pixels, SGD> planes(device, 5);
    Model<Pixels> model(device, 5);
    const std::vector<float> input = samples<Pixels>();
    std::vector<float> expected(2 * Model<Pixels>::feature_count), got = expected;
    model.set_input(input);
    planes.set_input(input);
    model.features(2, got);
    planes.features(2, expected);
    BOOST_TEST(worst_difference(expected, got) < 1e-5);
}
