// Every loss in a network on the CPU, for whole and partial batches, and what PyTorch's of the same name gives.
#define BOOST_TEST_MODULE losses
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "tests/runtime/temporary_folder.hpp"
#include "tests/support/check_layer.hpp"

using namespace tn;
using namespace tn::test;

namespace tn::test {

TN_TEST_LOSSES(DECLARE_REFERENCE)

}  // namespace tn::test

TN_TEST_LOSSES(CHECK_LAYER)

namespace {

using Values = std::vector<double>;

struct Given {
    int channels = 1, pixels = 1, active = 0;
    std::vector<int> labels{};
    Values targets{}, class_weights{}, positive_weights{};
    double smoothing = 0;
};
struct Taken {
    Values loss, dx;
    std::vector<unsigned char> correct;
};

/// The loss on n samples by the samples' function, or pixel by pixel in parts.
template <class L> Taken take(const Given& g, const Values& x, int n, bool by_pixels) {
    Taken r{Values(static_cast<std::size_t>(n), -7), Values(x.size(), 7), std::vector<unsigned char>(8)};
    Values work(2 * static_cast<std::size_t>(n * pixel_parts(g.pixels)), std::nan(""));
    std::vector<int> counted;
    for (std::size_t i = 0; i < g.labels.size(); ++i) {
        if (i % static_cast<std::size_t>(g.pixels) == 0) counted.push_back(0);
        if constexpr (requires { L::ignored_label; }) counted.back() += g.labels[i] != L::ignored_label;
    }
    LossPass<double> p;
    p.n = p.end = n;
    p.outputs = L::target == Target::label ? g.channels : g.channels * g.pixels;
    p.active = g.active > 0 ? g.active : g.channels;
    p.pixels = g.pixels;
    p.smoothing = g.smoothing;
    p.x = x.data();
    p.label = g.labels.data();
    p.counted = counted.data();
    p.class_weight = g.class_weights.empty() ? nullptr : g.class_weights.data();
    p.positive_weight = g.positive_weights.empty() ? nullptr : g.positive_weights.data();
    p.target = g.targets.data();
    p.dx = r.dx.data();
    p.loss = r.loss.data();
    p.correct = r.correct.data();
    p.work = work.data();
    if constexpr (PixelLoss<L>)
        if (by_pixels) {
            const int parts = n * pixel_parts(g.pixels);
            for (int at = 0; at < parts; at += 5) PixelParts<L, double>{p}(at, std::min(at + 5, parts));
            PixelSums<L, double>{p}(0, n);
            return r;
        }
    LossPart<L, double>{p}(0, n);
    return r;
}

/// dx against central differences of the mean loss, and both ways against each other.
template <class L> Taken check(const Given& g, const Values& x, int n) {
    const Taken r = take<L>(g, x, n, false);
    const auto mean = [&](const Values& at) {
        double sum = 0;
        for (const double loss : take<L>(g, at, n, false).loss) sum += loss;
        return sum / n;
    };
    for (std::size_t i = 0; i < x.size(); ++i) {
        Values up = x, down = x;
        up[i] += 1e-6, down[i] -= 1e-6;
        BOOST_TEST(std::abs(r.dx[i] - (mean(up) - mean(down)) / 2e-6) < 1e-8, L::name().string() << " at " << i);
    }
    if constexpr (PixelLoss<L>) {
        const Taken parts = take<L>(g, x, n, true);
        BOOST_TEST((parts.dx == r.dx));
        BOOST_TEST((parts.correct == r.correct));
        for (std::size_t k = 0; k < r.loss.size(); ++k)
            BOOST_TEST(std::abs(parts.loss[k] - r.loss[k]) < 1e-12 * std::abs(r.loss[k]) + 1e-15);
    }
    return r;
}

void near(double a, double b) { BOOST_TEST(std::abs(a - b) < 1e-6, a << " is not " << b); }

Values drawn(std::size_t count, std::uint64_t seed = 1) {
    Random random(seed, 3);
    Values x(count);
    for (double& v : x) v = double{random.normal()};
    return x;
}

}  // namespace

// torch.nn.L1Loss()(x, t) and its gradient, which is 0 at the kink.
BOOST_AUTO_TEST_CASE(l1_is_the_mean_absolute_error) {
    const Taken r = take<L1>({.channels = 3, .targets = {1, 2, 3}}, {1.5, 2, 0}, 1, false);
    near(r.loss[0], 3.5 / 3);
    BOOST_TEST(r.dx == (Values{1.0 / 3, 0, -1.0 / 3}), boost::test_tools::per_element());
    check<L1>({.channels = 2, .pixels = 3, .targets = drawn(12, 2)}, drawn(12), 2);
}

// torch.nn.HuberLoss(delta=d).
BOOST_AUTO_TEST_CASE(huber_is_squared_near_the_target_and_straight_away_from_it) {
    const Given g{.channels = 4, .targets = {0, 0, 0, 0}};
    const Taken one = take<Huber<>>(g, {0.5, -3, 1, 0}, 1, false),
                half = take<Huber<1, 2>>(g, {0.5, -3, 1, 0}, 1, false);
    near(one.loss[0], (0.125 + 2.5 + 0.5 + 0) / 4);
    near(half.loss[0], (0.125 + 0.5 * 2.75 + 0.5 * 0.75) / 4);
    BOOST_TEST(one.dx == (Values{0.125, -0.25, 0.25, 0}), boost::test_tools::per_element());
    BOOST_TEST(half.dx == (Values{0.125, -0.125, 0.125, 0}), boost::test_tools::per_element());
    BOOST_TEST((Huber<>::name().string() == "Huber<1>" && Huber<1, 10>::name().string() == "Huber<1, 10>"));
    check<Huber<1, 2>>({.channels = 2, .pixels = 3, .targets = drawn(12, 2)}, drawn(12), 2);
}

BOOST_AUTO_TEST_CASE(a_loss_of_values_shows_what_is_no_number) {
    for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
        const Given g{.targets = {0}};
        BOOST_TEST(!std::isfinite(take<L1>(g, {bad}, 1, false).loss[0]));
        BOOST_TEST(!std::isfinite(take<Huber<>>(g, {bad}, 1, false).loss[0]));
        BOOST_TEST(!std::isfinite(take<MeanSquaredError>(g, {bad}, 1, false).loss[0]));
    }
}

// torch.nn.BCEWithLogitsLoss(weight=w, pos_weight=p)(x, t)
BOOST_AUTO_TEST_CASE(yes_or_no_outputs_are_weighted_as_in_pytorch) {
    const Values x{1.5, -2, 0.3, 40, -40, 0}, t{1, 0, 0.25, 0, 1, 1};
    Given g{.channels = 3, .targets = t, .class_weights = {2, 0.5, 1}, .positive_weights = {3, 1, 4}};
    const Taken r = check<SigmoidCrossEntropy>(g, x, 2);
    const auto softplus = [](double v) { return v > 30 ? v : std::log1p(std::exp(v)); };
    for (std::size_t n = 0; n < 2; ++n) {
        double sum = 0;
        for (std::size_t c = 0; c < 3; ++c) {
            const std::size_t i = 3 * n + c;
            sum += g.class_weights[c] * (g.positive_weights[c] * t[i] * softplus(-x[i]) + (1 - t[i]) * softplus(x[i]));
        }
        near(r.loss[n], sum / 3);
    }
    // Weights of 1 are none.
    const Taken plain = take<SigmoidCrossEntropy>({.channels = 3, .targets = t}, x, 2, false);
    g.class_weights = g.positive_weights = {1, 1, 1};
    const Taken ones = take<SigmoidCrossEntropy>(g, x, 2, false);
    for (std::size_t n = 0; n < 2; ++n) near(plain.loss[n], ones.loss[n]);
    BOOST_TEST((plain.correct == ones.correct));
    // A weight is of a channel, whatever its pixels.
    check<SigmoidCrossEntropy>(
        {.channels = 2, .pixels = 3, .targets = Values(12, 0.3), .class_weights = {2, 1}, .positive_weights = {1, 5}},
        drawn(12), 2);
}

BOOST_AUTO_TEST_CASE(a_model_weighs_its_outputs_in_training) {
    using N = Net<Vector<2>, Batch<4>, Seq<Dense<3>>, SigmoidCrossEntropy>;
    cpu::Device device(1);
    Model<N, SGD> model(device);
    fill<decltype(model), float>(model, 4, 1);
    const double plain = model.gradients(4).loss, tested = model.evaluate(4).loss;
    model.positive_weights(std::vector<float>{5, 5, 5});
    const double positive = model.gradients(4).loss;
    BOOST_TEST(positive > plain + 0.1);
    model.class_weights(std::vector<float>{2, 2, 2});
    near(model.gradients(4).loss, 2 * positive);
    BOOST_TEST(model.evaluate(4).loss == tested);
    model.positive_weights({}), model.class_weights({});
    BOOST_TEST(model.gradients(4).loss == plain);
    BOOST_TEST(tn_test::error_of([&] { model.positive_weights(std::vector<float>{1}); }) ==
               "there must be 3 positive weights, not 1");
    BOOST_TEST(tn_test::contains(tn_test::error_of([&] {
                                     model.class_weights(std::vector<float>{1, -1, 1});
                                 }),
                                 "a class weight must be from 0 to 1000000, not -1"));
}

BOOST_AUTO_TEST_CASE(every_counted_pixel_has_the_cross_entropy_of_its_label) {
    using L = SoftmaxCrossEntropyPerPixel<255>;
    // 2 samples of 3 channels, of which 2 are active, and 4 pixels.
    Given g{.channels = 3,
            .pixels = 4,
            .active = 2,
            .labels = {0, 1, 255, 1, 255, 255, 255, 255},
            .class_weights = {1, 3},
            .smoothing = 0.1};
    const Values x = drawn(24);
    const Taken r = check<L>(g, x, 2);
    double wanted = 0;
    for (const std::size_t pixel : {0u, 1u, 3u}) {
        const auto label = static_cast<std::size_t>(g.labels[pixel]);
        Values outputs{x[pixel], x[4 + pixel], x[8 + pixel]};
        const Given one{.channels = 3,
                        .active = 2,
                        .labels = {static_cast<int>(label)},
                        .class_weights = g.class_weights,
                        .smoothing = g.smoothing};
        const Taken of_pixel = take<SoftmaxCrossEntropy>(one, outputs, 1, false);
        wanted += of_pixel.loss[0] / 3;
        for (std::size_t c = 0; c < 3; ++c) near(r.dx[4 * c + pixel], of_pixel.dx[c] / 3 / 2);
    }
    near(r.loss[0], wanted);
    for (const std::size_t c : {0u, 1u, 2u}) BOOST_TEST(r.dx[4 * c + 2] == 0);
    // Where no pixel counts there is nothing.
    BOOST_TEST(r.loss[1] == 0);
    for (std::size_t i = 12; i < 24; ++i) BOOST_TEST(r.dx[i] == 0);
    BOOST_TEST(int{r.correct[1]} == 0);
    // A sample is right when all its counted pixels are.
    const Given two{.channels = 2, .pixels = 2, .labels = {0, 1, 255, 1}};
    const Taken right = check<SoftmaxCrossEntropyPerPixel<255>>(two, {1, 0, 0, 1, 0, 1, 1, 0}, 2);
    BOOST_TEST(int{right.correct[0]} == 1);
    BOOST_TEST(int{right.correct[1]} == 0);
}

using Segmenter = Net<Image<1, 6, 5>, Batch<3>, Seq<Conv<8, 3>, Relu, Conv<3, 1>>, SoftmaxCrossEntropyPerPixel<>>;

BOOST_AUTO_TEST_CASE(a_model_has_a_label_for_every_pixel) {
    cpu::Device device(1);
    Model<Segmenter, Adam> model(device);
    BOOST_TEST(model.labels().size() == 90u);
    std::vector<int> labels(30, 1);
    labels[3] = -1;
    model.set_labels(labels, 2);
    BOOST_TEST(model.labels()[63] == -1);
    BOOST_TEST(tn_test::contains(tn_test::error_of([&] { model.set_labels(std::vector<int>(29)); }),
                                 "labels of 30 values per sample cannot be set from 29 values"));
    model.labels()[4] = 3;
    BOOST_TEST(tn_test::error_of([&] { model.train(1, Adam{}); }) ==
               "label 3 is not one of 3 classes, nor -1, which is ignored");
    model.labels()[4] = -2;
    BOOST_CHECK_THROW(model.evaluate(1), Error);
    // It learns to say at every pixel whether it is dark, bright or between; a third of the pixels has no label.
    double first = 0, last = 0;
    int right = 0;
    for (int step = 0; step < 300; ++step) {
        Random random(5, 1, static_cast<std::uint64_t>(step));
        for (std::size_t i = 0; i < 90; ++i) {
            const float v = random.uniform(-1, 1);
            model.input()[i] = v;
            model.labels()[i] = random.below(3) == 0 ? -1 : v < -0.4f ? 0 : v > 0.4f ? 2 : 1;
        }
        const BatchResult r = model.train(3, Adam{.rate = 0.02f});
        if (step < 10) first += r.loss;
        if (step >= 290) last += r.loss, right += r.correct;
    }
    BOOST_TEST(last < 0.3 * first);
    // Predictions are probabilities of the channels, pixel by pixel.
    const auto p = model.predict(3);
    for (std::size_t n = 0; n < 3; ++n)
        for (std::size_t pixel = 0; pixel < 30; ++pixel) {
            const std::size_t at = 90 * n + pixel;
            const float sum = p[at] + p[at + 30] + p[at + 60];
            BOOST_TEST(std::abs(sum - 1) < 1e-5f);
        }
}

BOOST_AUTO_TEST_CASE(networks_of_pixels_that_do_not_fit_are_told) {
    BOOST_TEST((SoftmaxCrossEntropyPerPixel<>::check(Vector<4>).must == Must::be_an_image));
    BOOST_TEST((SoftmaxCrossEntropyPerPixel<>::check(Image<1, 4, 4>).must == Must::have_at_least_2_channels));
    BOOST_TEST((SoftmaxCrossEntropyPerPixel<3>::check(Image<4, 4, 4>).must ==
                Must::ignore_a_label_that_is_none_of_the_classes));
    BOOST_TEST((SoftmaxCrossEntropyPerPixel<4>::check(Image<4, 4, 4>).ok()));
    BOOST_TEST((Huber<0>::check(Vector<4>).must == Must::have_a_delta_over_0));
}
