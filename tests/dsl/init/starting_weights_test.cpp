// How weights start by default: a classifier guesses before its first step, and what follows a layer decides its gain.
#define BOOST_TEST_MODULE starting_weights
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "dsl/typenet.hpp"

using namespace tn;

namespace {

/// The mean square of each weight, times the inputs of its layer: the gain that it started with.
template <class N> std::map<std::string, double> gains_of(auto... initialiser) {
    cpu::Device device(1);
    Model<N> model(device, 5);
    (model.initialise(initialiser), ...);
    std::map<std::string, double> gains;
    for (const auto& t : model.tensors()) {
        if (!t.name.ends_with(".weight")) continue;
        double squares = 0;
        for (const float v : t.values) squares += double{v} * double{v};
        gains[t.name] = squares / static_cast<double>(t.values.size()) * t.parameter.fan_in;
    }
    return gains;
}

void near(double gain, double wanted) { BOOST_TEST(std::abs(gain / wanted - 1) < 0.15, gain << ", not " << wanted); }

template <class N, class... I> double first_loss(I... initialiser) {
    cpu::Device device(2);
    const auto model = std::make_unique<Model<N, SGD>>(device, 1);
    (model->initialise(initialiser), ...);
    Random random(1, 99);
    for (float& v : model->input()) v = random.normal();
    for (int& label : model->labels()) label = static_cast<int>(random.below(10));
    return model->gradients(N::batch).loss / N::batch;
}

/// Within 5 % of what guessing costs.
template <class N> void guesses(const char* name) {
    const double loss = first_loss<N>(), guess = std::log(10.0);
    BOOST_TEST(std::abs(loss / guess - 1) < 0.05, name << " begins with a loss of " << loss);
    // With He everywhere it does not.
    BOOST_TEST(first_loss<N>(He{}) > 1.2 * guess, name);
}

}  // namespace

using LeNet5 = Net<
    Image<1, 28, 28>, Batch<32>,
    Seq<Conv<6, 5>, Relu, Pool<2>, Conv<16, 5, Pad<0>>, Relu, Pool<2>, Dense<120>, Relu, Dense<84>, Relu, Dense<10>>,
    SoftmaxCrossEntropy>;

using Vgg11 = Net<Image<3, 32, 32>, Batch<16>,
                  Seq<Conv<8, 3>, Relu, Pool<2>, Conv<16, 3>, Relu, Pool<2>, Conv<32, 3>, Relu, Conv<32, 3>, Relu,
                      Pool<2>, Conv<64, 3>, Relu, Conv<64, 3>, Relu, Pool<2>, Conv<64, 3>, Relu, Conv<64, 3>, Relu,
                      Pool<2>, Dense<128>, Relu, Dropout<50>, Dense<128>, Relu, Dropout<50>, Dense<10>>,
                  SoftmaxCrossEntropy>;

template <int C> using Block = Seq<Residual<Conv<C, 3>, BN, Relu, Conv<C, 3>, BN>, Relu>;
template <int C>
using Wider = Seq<Residual<Conv<C, 3, Stride<2>>, BN, Relu, Conv<C, 3>, BN, Shortcut<Conv<C, 1, Stride<2>>, BN>>, Relu>;
using ResNet18 = Net<Image<3, 16, 16>, Batch<16>,
                     Seq<Conv<8, 3>, BN, Relu, Block<8>, Block<8>, Wider<16>, Block<16>, Wider<32>, Block<32>,
                         Wider<64>, Block<64>, GlobalAvgPool, Dense<10>>,
                     SoftmaxCrossEntropy>;

template <int C> using Bare = Seq<Residual<Conv<C, 3>, Relu, Conv<C, 3>>, Relu>;
using WithoutNorm =
    Net<Image<3, 8, 8>, Batch<16>,
        Seq<Conv<8, 3>, Relu, Bare<8>, Bare<8>, Bare<8>, Bare<8>, Bare<8>, Bare<8>, Dense<10>>, SoftmaxCrossEntropy>;

BOOST_AUTO_TEST_CASE(lenet_5_begins_by_guessing) { guesses<LeNet5>("LeNet-5"); }
BOOST_AUTO_TEST_CASE(vgg_11_begins_by_guessing) { guesses<Vgg11>("VGG-11"); }
BOOST_AUTO_TEST_CASE(resnet_18_begins_by_guessing) { guesses<ResNet18>("ResNet-18"); }
BOOST_AUTO_TEST_CASE(residuals_without_normalisation_begin_by_guessing) { guesses<WithoutNorm>("without norm"); }

BOOST_AUTO_TEST_CASE(what_follows_a_layer_decides_its_gain) {
    using N = Net<Image<2, 8, 8>, Batch<2>,
                  Seq<Conv<40, 3>, Pool<2>, Relu,  // 0: a function that halves, behind a pool
                      Conv<40, 3>, Sigmoid,        // 3: one that does not
                      Conv<40, 3>, BN, Tanh,       // 5: normalisation
                      Conv<40, 3>, Dropout<10>,    // 8: more weights
                      Dense<60>, Silu,             // 10
                      Dense<60>, LeakyRelu<0.1>,   // 12
                      Dense<60>, Tanh,             // 14
                      Dense<60>, Apply<abs(x)>,    // 16
                      Dense<60, Init<He>>,         // 18: its own
                      Dense<60>, Dropout<0>>,      // 19: the last
                  SoftmaxCrossEntropy>;
    const auto gain = gains_of<N>();
    for (const auto& [name, wanted] : {std::pair{"0.weight", 2.0},
                                       {"3.weight", 1},
                                       {"5.weight", 2},
                                       {"8.weight", 1},
                                       {"10.weight", 2},
                                       {"12.weight", 2},
                                       {"14.weight", 1},
                                       {"16.weight", 1},
                                       {"18.weight", 2}})
        near(gain.at(name), wanted);
}

template <class... Ls> using Ends = Net<Vector<80>, Batch<1>, Seq<Ls..., Dense<80>>, SoftmaxCrossEntropy>;

// The mean square of what comes in times the gain is 0.1, for inputs of mean square 1.
BOOST_AUTO_TEST_CASE(the_last_layer_gives_outputs_of_a_mean_square_of_a_tenth) {
    near(gains_of<Ends<>>().at("0.weight"), 0.1);
    near(gains_of<Ends<Dense<80>, Relu>>().at("2.weight"), 0.1);
    near(gains_of<Ends<Dense<80>, BN, Relu, Dropout<50>>>().at("4.weight"), 0.1);
    near(gains_of<Ends<Dense<80>, Sigmoid>>().at("2.weight"), 0.1 / 0.293);
    near(gains_of<Ends<Dense<80, Init<Std<1, 10>>>, BN>>().at("2.weight"), 0.1);
    near(gains_of<Ends<Dense<80, Init<Std<1, 10>>>>>().at("1.weight"), 0.1 / 0.8);
    near(gains_of<Ends<Dense<80, Init<Std<1, 1000>>>>>().at("1.weight"), 2);  // and not 1250
}

BOOST_AUTO_TEST_CASE(an_initialiser_of_the_network_or_the_layer_wins) {
    using Layers = Seq<Dense<80>, Sigmoid, Dense<80, Init<Std<1, 2>>>, Relu, Dense<80>>;
    const auto he = gains_of<Net<Vector<80>, Batch<1>, Layers, SoftmaxCrossEntropy, He>>();
    near(he.at("0.weight"), 2), near(he.at("2.weight"), 20), near(he.at("4.weight"), 2);
    const auto lecun = gains_of<Net<Vector<80>, Batch<1>, Layers, SoftmaxCrossEntropy>>(LeCun{});
    near(lecun.at("0.weight"), 1), near(lecun.at("2.weight"), 20), near(lecun.at("4.weight"), 1);
    using Last = Net<Vector<80>, Batch<1>, Seq<Dense<80>, Relu, Dense<80, Init<Xavier>>>, SoftmaxCrossEntropy>;
    near(gains_of<Last>().at("2.weight"), 1);
    using Own = Net<Vector<80>, Batch<1>, Seq<Dense<80, Init<Auto>>, Sigmoid, Dense<80>>, SoftmaxCrossEntropy, Xavier>;
    near(gains_of<Own>().at("0.weight"), 1), near(gains_of<Own>().at("2.weight"), 1);
}

BOOST_AUTO_TEST_CASE(branches_know_what_follows_their_meeting) {
    using N = Net<Image<4, 6, 6>, Batch<2>,
                  Seq<Residual<Conv<20, 3>, Relu, Conv<20, 3>, Shortcut<Conv<20, 1>>>, Relu,  // 0
                      Residual<Conv<20, 3>>,                                                  // 2
                      Concat<Conv<20, 3>, Seq<Conv<20, 3>, Relu>, Conv<20, 1>>, Relu,         // 3
                      Residual<Concat<Conv<40, 1>, Conv<20, 3>>, Pool<1>>,                    // 5
                      Multiply<Conv<60, 1>, Sigmoid>,                                         // 6
                      Conv<30, 3>, Residual<BN, Conv<30, 3>, BN>,                             // 7, 8
                      GlobalAvgPool, Concat<Dense<40>, Dense<40>>>,                           // 9, 10
                  SoftmaxCrossEntropy>;
    const auto gain = gains_of<N>();
    for (const auto& [name, wanted] : {std::pair{"0.0.weight", 2.0},
                                       {"0.2.weight", 2.0 / 4},  // of four residuals
                                       {"0.3.0.weight", 2},      // the shortcut is not scaled
                                       {"2.0.weight", 1.0 / 4},
                                       {"3.0.weight", 2},
                                       {"3.1.0.weight", 2},
                                       {"3.2.weight", 2},
                                       {"5.0.0.weight", 1.0 / 4},
                                       {"5.0.1.weight", 1.0 / 4},
                                       {"6.0.weight", 1},
                                       {"7.weight", 2},
                                       {"8.1.weight", 2}})
        BOOST_TEST_CONTEXT(name) near(gain.at(name), wanted);
}

BOOST_AUTO_TEST_CASE(the_last_norm_of_a_residual_may_start_at_0) {
    cpu::Device device(1);
    Model<ResNet18> model(device);
    const auto zeros = [&] {
        int count = 0;
        for (const auto& t : model.tensors())
            if (t.name.ends_with(".weight") && t.parameter.rank == 1) {
                const bool zero = t.values[0] == 0;
                BOOST_TEST((zero || t.values[0] == 1));
                if (zero) BOOST_TEST(t.name.ends_with(".0.4.weight"), t.name);
                count += zero;
            }
        return count;
    };
    BOOST_TEST(zeros() == 0);
    model.initialise(ResidualsFromZero{});
    BOOST_TEST(zeros() == 8);
    BOOST_TEST(std::abs(first_loss<ResNet18>(ResidualsFromZero{}) / std::log(10.0) - 1) < 0.05);
    model.initialise(Auto{});
    BOOST_TEST(zeros() == 0);
    using Named = Net<Image<2, 6, 6>, Batch<2>, Seq<Residual<Conv<2, 3>, BN, Shortcut<Conv<2, 1>, BN>>, Dense<2>>,
                      SoftmaxCrossEntropy, ResidualsFromZero>;
    Model<Named> named(device);
    for (const auto& t : named.tensors()) {
        if (t.name == "0.1.weight") BOOST_TEST(t.values[0] == 0);
        if (t.name == "0.2.1.weight") BOOST_TEST(t.values[0] == 1);
    }
}

// Whatever is fused, a tensor starts with the same numbers.
BOOST_AUTO_TEST_CASE(what_is_fused_does_not_change_how_weights_start) {
    cpu::Device device(1);
    const auto values = [&](auto fusion, auto initialiser) {
        Model<ResNet18, NoOptimizer, cpu::Device, float, fusion()> model(device, 5);
        model.initialise(initialiser);
        std::map<std::string, std::vector<float>> all;
        for (const auto& t : model.tensors()) all[t.name].assign(t.values.begin(), t.values.end());
        return all;
    };
    using On = std::integral_constant<Fusion, Fusion::on>;
    using Off = std::integral_constant<Fusion, Fusion::off>;
    BOOST_TEST((values(On{}, Auto{}) == values(Off{}, Auto{})));
    BOOST_TEST((values(On{}, ResidualsFromZero{}) == values(Off{}, ResidualsFromZero{})));
}
