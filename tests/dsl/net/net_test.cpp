#define BOOST_TEST_MODULE net
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <type_traits>

#include "dsl/networks/repeat.hpp"
#include "dsl/typenet.hpp"
#include "runtime/cpu/reference.hpp"
#include "runtime/model/model.hpp"

using namespace tn;

using Idol = Net<Image<1, 128, 128>, Batch<64>,
                 Seq<Conv<16, 3>, BN, Relu, Pool<2>, Conv<32, 3>, BN, Relu, Pool<2>, Conv<64, 3>, BN, Relu, Pool<2>,
                     Conv<128, 3>, BN, Relu, Pool<2>, Dense<128>, Relu, Dropout<50>, Dense<3>>,
                 SoftmaxCrossEntropy>;

static_assert(Idol::ok);
static_assert(Idol::output == Vector<3>);
static_assert(Idol::parameters == 144 + 32 + 4608 + 64 + 18432 + 128 + 73728 + 256 + 8192 * 128 + 128 + 128 * 3 + 3);
static_assert(Idol::states == 2 * (16 + 32 + 64 + 128));
static_assert(Idol::train_bytes<Adam> < 176_MiB);
static_assert(Idol::train_bytes<SGD> < Idol::train_bytes<Momentum> &&
              Idol::train_bytes<Momentum> < Idol::train_bytes<Adam>);
static_assert(Idol::infer_bytes < Idol::train_bytes<SGD> / 2);

// The value form builds the same type.
constexpr auto layers = Conv<16, 3>{} | BN{} | Relu{} | Pool<2>{};
static_assert(std::is_same_v<decltype(layers), const Seq<Conv<16, 3>, BN, Relu, Pool<2>>>);
constexpr auto joined = layers | (Dense<8>{} | Relu{}) | Dense<2>{};
static_assert(std::is_same_v<decltype(joined), const Seq<Conv<16, 3>, BN, Relu, Pool<2>, Dense<8>, Relu, Dense<2>>>);
constexpr auto value = network<Image<1, 8, 8>, Batch<4>>(joined, SoftmaxCrossEntropy{}, Xavier{});
static_assert(
    std::is_same_v<decltype(value),
                   const Net<Image<1, 8, 8>, Batch<4>, Seq<Conv<16, 3>, BN, Relu, Pool<2>, Dense<8>, Relu, Dense<2>>,
                             SoftmaxCrossEntropy, Xavier>>);

// Fusion makes one layer of a block, and a bias that BN takes away is not there.
using Running = Fuse_t<Idol::flat, cpu::Device>;
static_assert(Running::size == 7);
static_assert(
    std::is_same_v<At_t<Running, 0>::type, Fused<fusions::ConvBlock, Conv<16, 3, NoBias>, BN, Relu, Pool<2>>>);
static_assert(At_t<Running, 1>::path[2].text() == Text("6"));
static_assert(std::is_same_v<At_t<Running, 4>::type, Fused<fusions::DenseBlock, Dense<128>, Relu>>);
static_assert(At_t<Running, 4>::type::name() == Text("Dense<128> + Relu"));
static_assert(At_t<Running, 4>::path[1].text() == Text("17"));
static_assert(std::is_same_v<At_t<Running, 5>::type, Dropout<50>>);
static_assert(std::is_same_v<At_t<Running, 6>::type, Dense<3>>);

// The end of a residual's branch is one layer with the addition, whether the other branch has layers or not.
template <class... Ls> using Summed = Net<Image<4, 6, 6>, Batch<2>, Seq<Ls..., Dense<2>>, MeanSquaredError>;
using Identity = Fuse_t<Summed<Residual<Conv<4, 3>, BN>, Relu>::flat, cpu::Device>;
static_assert(Identity::size == 3);
static_assert(At_t<Identity, 1>::type::name() == Text("Conv<4, 3> + BN + Residual + Relu"));
static_assert(At_t<Identity, 1>::type::is_first_branch && At_t<Identity, 1>::path[1].text() == Text("0.1"));
using Projection = Fuse_t<Summed<Residual<Conv<8, 3>, BN, Shortcut<Conv<8, 1>, BN>>>::flat, cpu::Device>;
static_assert(Projection::size == 5);
static_assert(At_t<Projection, 3>::type::name() == Text("Conv<8, 1> + BN + Residual"));
static_assert(!At_t<Projection, 3>::type::is_first_branch);

// A device without kernels fuses nothing.
static_assert(std::is_same_v<Fuse_t<Idol::flat, cpu::Reference>, Idol::flat>);

// Every layer of this network has a kernel; Softmax has none.
static_assert(Idol::all_fast<>);
static_assert(Net<Image<1, 4, 4>, Batch<2>, Seq<LayerNorm, GroupNorm<1>, Dense<3>>, MeanSquaredError>::all_fast<>);
static_assert(!Net<Image<1, 4, 4>, Batch<2>, Seq<Softmax, Dense<3>>, MeanSquaredError>::all_fast<cpu::Device>);
static_assert(!Idol::all_fast<cpu::Reference>);

// Only Dropout right behind a Relu is taken, and not out of a branch.
template <class... Ls> using Apart = Net<Vector<4>, Batch<2>, Seq<Ls...>, MeanSquaredError>;
using Unfused = Apart<Dropout<20>, Relu, Softmax, Sigmoid, Dropout<20>, Residual<Softmax, Relu>, Dropout<20>>;
static_assert(std::is_same_v<Fuse_t<Unfused::flat, cpu::Device>, Unfused::flat>);

// One pass over the values needs one buffer, that of the layer before.
using Dropped = Apart<LayerNorm, Relu, Dropout<20>, Dense<4>>;
static_assert(Dropped::train_bytes<SGD> < Dropped::arena_values<Fusion::off, Purpose::train, 0> * sizeof(float));

// A bias in front of batch normalisation stays where it is asked for. It changes nothing but the running mean, and its
// gradient is 0 but for rounding, which is why no list of networks that are compared has it.
using Biased =
    Net<Image<2, 6, 5>, Batch<4>, Seq<Conv<3, 3, Bias>, BN, Relu, Dense<4, Bias>, BN, Dense<2>>, SoftmaxCrossEntropy>;
using Unbiased = Net<Image<2, 6, 5>, Batch<4>, Seq<Conv<3, 3>, BN, Relu, Dense<4>, BN, Dense<2>>, SoftmaxCrossEntropy>;
static_assert(Biased::parameters == Unbiased::parameters + 3 + 4);

BOOST_AUTO_TEST_CASE(a_bias_before_normalisation_only_moves_the_running_mean) {
    cpu::Device device(1);
    Model<Biased, SGD> biased(device);
    Model<Unbiased, SGD> unbiased(device);
    const auto find = [](auto& model, const std::string& name) {
        for (const auto& t : model.tensors())
            if (t.name == name) return t;
        throw Error("no tensor " + name);
    };
    for (const auto& t : unbiased.tensors()) {
        const auto same = find(biased, t.name);
        std::copy(t.values.begin(), t.values.end(), same.values.begin());
    }
    for (const char* name : {"0.bias", "3.bias"})
        for (float& v : find(biased, name).values) v = 0.5f;
    for (std::size_t i = 0; i < biased.input().size(); ++i)
        biased.input()[i] = unbiased.input()[i] = std::sin(static_cast<float>(i));
    for (int n = 0; n < 4; ++n) biased.labels()[n] = unbiased.labels()[n] = n % 2;
    BOOST_TEST(std::abs(biased.gradients(4).loss - unbiased.gradients(4).loss) < 1e-4);
    for (const char* name : {"0.bias", "3.bias"})
        for (const float g : biased.gradient(find(biased, name))) BOOST_TEST(std::abs(g) < 1e-5f);
    for (const char* name : {"1.running_mean", "4.running_mean"})
        for (std::size_t c = 0; c < find(biased, name).values.size(); ++c)
            BOOST_TEST(std::abs(find(biased, name).values[c] - find(unbiased, name).values[c] - 0.05f) < 1e-4f);
}

// More than the 256 operands that clang takes in a fold.
BOOST_AUTO_TEST_CASE(a_network_may_have_hundreds_of_layers) {
    using Deep = Net<Vector<3>, Batch<1>, Seq<networks::Repeat<300, Relu>, Dense<2>>, SoftmaxCrossEntropy>;
    BOOST_TEST(Deep::parameters == 8u);
    int layers = 0;
    for_each(Deep::flat{}, [&](auto, auto) { ++layers; });
    BOOST_TEST(layers == 301);
}

BOOST_AUTO_TEST_CASE(the_arena_is_what_the_constant_says) {
    cpu::Device device(1);
    Model<Idol, Adam> model(device);
    BOOST_TEST(model.memory().arena().size_bytes() == Idol::train_bytes<Adam>);
    Model<Idol> infers(device);
    BOOST_TEST(infers.memory().arena().size_bytes() == Idol::infer_bytes);
}

BOOST_AUTO_TEST_CASE(buffers_that_live_together_do_not_overlap) {
    Random random(3, 3);
    for (int round = 0; round < 50; ++round) {
        Buffer b[40];
        std::size_t most = 0, sum = 0;
        for (Buffer& x : b) {
            x.size = aligned(1 + random.below(500));
            x.first = random.below(30);
            x.last = x.first + random.below(10);
            sum += x.size;
        }
        const std::size_t total = place(b, 40);
        for (int step = 0; step < 40; ++step) {
            std::size_t alive = 0;
            for (const Buffer& x : b) alive += x.first <= step && step <= x.last ? x.size : 0;
            most = std::max(most, alive);
        }
        for (int i = 0; i < 40; ++i) {
            BOOST_TEST(b[i].offset + b[i].size <= total);
            for (int j = 0; j < i; ++j)
                if (b[i].first <= b[j].last && b[j].first <= b[i].last)
                    BOOST_TEST((b[i].offset + b[i].size <= b[j].offset || b[j].offset + b[j].size <= b[i].offset));
        }
        BOOST_TEST(total >= most);
        BOOST_TEST(total < sum);
    }
}

BOOST_AUTO_TEST_CASE(the_summary_is_a_table_of_at_most_80_columns) {
    const std::string text = Idol::summary();
    BOOST_TEST(text.find("16      Dense<128>                 Vector<128>                1048704   32.0 KiB") !=
               text.npos);
    BOOST_TEST(text.find("1146483 parameters, batch 64, SoftmaxCrossEntropy") != text.npos);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        BOOST_TEST(end - at <= 80u);
        at = end + 1;
    }
}

template <class I> double measured_deviation(const I& initialiser) {
    using N = Net<Vector<400>, Batch<1>, Seq<Dense<600>>, MeanSquaredError>;
    cpu::Device device(1);
    Model<N> model(device, 7);
    model.initialise(initialiser);
    double sum = 0, squares = 0;
    for (float v : model.tensors()[0].values) sum += v, squares += static_cast<double>(v) * v;
    const double n = 240000, mean = sum / n;
    BOOST_TEST(std::abs(mean) < 0.001);
    for (float v : model.tensors()[1].values) BOOST_TEST(v == 0);
    return std::sqrt(squares / n - mean * mean);
}
BOOST_AUTO_TEST_CASE(initialisers_have_their_deviation) {
    BOOST_TEST(std::abs(measured_deviation(He{}) / std::sqrt(2.0 / 400) - 1) < 0.01);
    BOOST_TEST(std::abs(measured_deviation(Xavier{}) / std::sqrt(2.0 / 1000) - 1) < 0.01);
    BOOST_TEST(std::abs(measured_deviation(Std<1, 50>{}) / 0.02 - 1) < 0.01);
    BOOST_TEST(std::abs(measured_deviation(Std<>{0.3f}) / 0.3 - 1) < 0.01);
}

BOOST_AUTO_TEST_CASE(a_layer_may_have_its_own_initialiser) {
    using N = Net<Vector<400>, Batch<1>, Seq<Dense<600, Init<Std<1, 10>>>, Dense<2>>, MeanSquaredError>;
    cpu::Device device(1);
    Model<N> model(device, 7);
    double squares = 0;
    for (float v : model.tensors()[0].values) squares += static_cast<double>(v) * v;
    BOOST_TEST(std::abs(std::sqrt(squares / 240000) / 0.1 - 1) < 0.01);
}

BOOST_AUTO_TEST_CASE(tensors_are_named_as_pytorch_names_them) {
    using N =
        Net<Image<1, 8, 8>, Batch<2>, Seq<Conv<4, 3>, BN, Relu, Residual<Conv<4, 3>>, Dense<2>>, SoftmaxCrossEntropy>;
    cpu::Device device(1);
    Model<N> model(device);
    std::vector<std::string> names;
    for (const auto& t : model.tensors()) names.push_back(t.name);
    const std::vector<std::string> expected{"0.weight",   "1.weight", "1.bias",   "1.running_mean", "1.running_var",
                                            "3.0.weight", "3.0.bias", "4.weight", "4.bias"};
    BOOST_TEST(names == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_table_of_kernels_says_what_runs_and_why) {
    const auto rows = Idol::kernels<cpu::Device>();
    BOOST_REQUIRE(rows.size() == 7u);
    BOOST_TEST(rows[0].layers == "Conv<16, 3> + BN + Relu + Pool<2>");
    BOOST_TEST(rows[0].kernel == "fused, stem");
    BOOST_TEST(rows[1].path == "4");
    BOOST_TEST(rows[1].kernel == "fused, Winograd F(4x4, 3x3)");
    BOOST_TEST(rows[4].layers == "Dense<128> + Relu");
    BOOST_TEST(rows[4].kernel == "fused, dense");
    BOOST_TEST(rows[6].kernel == "dense");
    const auto reference = Idol::kernels<cpu::Reference>();
    BOOST_TEST(reference.size() == Idol::flat::size);
    for (const KernelRow& row : reference) BOOST_TEST((!row.fast && row.kernel == "reference"));
    const std::string text = format(rows);
    BOOST_TEST(text.find("Dense<128> + Relu") != text.npos);
    for (std::size_t begin = 0, end; (end = text.find('\n', begin)) != text.npos; begin = end + 1)
        BOOST_TEST(end - begin <= 80u);
}
