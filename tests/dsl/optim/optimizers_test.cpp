// Each optimizer against a sequence worked by hand: one weight from 1, gradients 0.5, -0.25 and 1, rate 0.1.
#define BOOST_TEST_MODULE optimizers
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "dsl/typenet.hpp"
#include "runtime/model/model.hpp"

using namespace tn;

template <class O> void check(const O& optimizer, std::array<double, 3> expected) {
    const double gradients[] = {0.5, -0.25, 1};
    double w = 1, a = 0, b = 0;
    for (int t = 1; t <= 3; ++t) {
        optimizer.rule(t)(w, gradients[t - 1], a, b);
        BOOST_TEST(std::abs(w - expected[static_cast<std::size_t>(t - 1)]) < 1e-6,
                   O::name << " at step " << t << " gives " << w);
    }
}

BOOST_AUTO_TEST_CASE(sgd) { check(SGD{.rate = 0.1f}, {0.95, 0.975, 0.875}); }

// v: 0.5, 0.2, 1.18
BOOST_AUTO_TEST_CASE(momentum) { check(Momentum{.rate = 0.1f}, {0.95, 0.93, 0.812}); }

// g + 0.9 v: 0.95, -0.07, 2.062
BOOST_AUTO_TEST_CASE(nesterov) { check(Nesterov{.rate = 0.1f}, {0.905, 0.912, 0.7058}); }

// s: 0.25, 0.3125, 1.3125
BOOST_AUTO_TEST_CASE(adagrad) {
    check(AdaGrad{.rate = 0.1f},
          {0.9, 0.9 + 0.025 / std::sqrt(0.3125), 0.9 + 0.025 / std::sqrt(0.3125) - 0.1 / std::sqrt(1.3125)});
}

// s: 0.9 * 0 + 0.1 * 0.25 = 0.025; 0.0225 + 0.00625 = 0.02875; 0.025875 + 0.1 = 0.125875
BOOST_AUTO_TEST_CASE(rmsprop) {
    const double one = 1 - 0.05 / std::sqrt(0.025), two = one + 0.025 / std::sqrt(0.02875);
    check(RMSprop{.rate = 0.1f, .decay = 0.9f}, {one, two, two - 0.1 / std::sqrt(0.125875)});
}

// m: 0.05, 0.02, 0.118; v: 2.5e-4, 3.1225e-4, 1.31193775e-3; each over 1 - beta^t
BOOST_AUTO_TEST_CASE(adam) {
    const double one = 1 - 0.1 * (0.05 / 0.1) / std::sqrt(2.5e-4 / 0.001);
    const double two = one - 0.1 * (0.02 / 0.19) / std::sqrt(3.1225e-4 / 0.001999);
    const double three = two - 0.1 * (0.118 / 0.271) / std::sqrt(1.31193775e-3 / 0.002997001);
    check(Adam{.rate = 0.1f}, {one, two, three});
}

/// A weight whose gradient is 1e-3 for a while and then stays 0.
template <class O, class T> void check_states() {
    for (const T sign : {T(1), T(-1)}) {
        T w = 1, a = 0, b = 0;
        bool subnormal = false, flushed = false;
        for (int t = 1; t <= 100'000 && !flushed; ++t) {
            O{}.rule(t)(w, t <= 20 ? sign * T(1e-3) : T(0), a, b);
            for (const T state : {a, b}) subnormal = subnormal || (state != 0 && !std::isnormal(state));
            flushed = t > 20 && a == 0 && b == 0;
        }
        BOOST_TEST(!subnormal, O::name);
        BOOST_TEST(flushed == (O::name != AdaGrad::name), O::name);  // which forgets nothing
        BOOST_TEST(std::isfinite(w));
    }
}
BOOST_AUTO_TEST_CASE(states_are_never_subnormal) {
    check_states<Momentum, float>(), check_states<Nesterov, float>(), check_states<AdaGrad, float>();
    check_states<RMSprop, float>(), check_states<Adam, float>(), check_states<Momentum, double>();
    float w = 1, s = 0, none = 0;
    AdaGrad{}.rule(1)(w, 1e-20f, s, none);
    BOOST_TEST(s == 0);
}

BOOST_AUTO_TEST_CASE(normal_numbers_and_what_is_not_finite_are_left_alone) {
    constexpr float least = std::numeric_limits<float>::min();
    for (const float v : {least, -least, 1.0f, 3e38f, std::numeric_limits<float>::infinity()}) {
        BOOST_TEST(flush_subnormal(v) == v);
    }
    BOOST_TEST(std::isnan(flush_subnormal(std::nanf(""))));
    for (const float v : {std::nextafter(least, 0.0f), -std::nextafter(least, 0.0f), 1e-45f, 0.0f, -0.0f})
        BOOST_TEST(flush_subnormal(v) == 0);
    static_assert(flush_subnormal(1e-310) == 0 && flush_subnormal(1e-300) == 1e-300);
}

BOOST_AUTO_TEST_CASE(the_fields_of_every_optimizer_are_within_their_ranges) {
    const auto fit = [](const auto& optimizer) {
        for (const Hyperparameter& field : optimizer.hyperparameters()) BOOST_TEST(field.fits(), field.name);
    };
    fit(SGD{}), fit(Momentum{}), fit(Nesterov{}), fit(AdaGrad{}), fit(RMSprop{}), fit(Adam{});
    fit(SGD{.rate = 0}), fit(Momentum{.momentum = 0}), fit(Adam{.beta1 = 0, .beta2 = 0});
    constexpr Hyperparameter below_one{"x", 1, 0, 1}, infinite{"x", std::numeric_limits<float>::infinity()};
    static_assert(!below_one.fits() && !infinite.fits());
    static_assert(!Hyperparameter{"x", std::numeric_limits<float>::quiet_NaN()}.fits());
}

using N = Net<Vector<3>, Batch<2>, Seq<Dense<2>>, MeanSquaredError>;

BOOST_AUTO_TEST_CASE(weight_decay_acts_on_weights_and_not_on_biases) {
    cpu::Device device(1);
    Model<N, SGD> model(device);
    for (float& v : model.input()) v = 0;
    for (const auto& t : model.tensors()) std::fill(t.values.begin(), t.values.end(), 2.0f);
    std::fill(model.targets().begin(), model.targets().end(), 2.0f);  // the bias alone gives it: all gradients are 0
    model.train(2, SGD{.rate = 0.1f, .weight_decay = 0.5f});
    for (float v : model.tensors()[0].values) BOOST_TEST(std::abs(v - 1.9f) < 1e-6f);
    for (float v : model.tensors()[1].values) BOOST_TEST(v == 2.0f);
}

template <class O> void learns() {
    cpu::Device device(2);
    Model<N, O> model(device);
    Random random(1, 50);
    double first = 0, last = 0;
    for (int i = 0; i < 400; ++i) {
        for (std::size_t k = 0; k < 2; ++k) {
            const float a = random.normal(), b = random.normal(), c = random.normal();
            model.input()[3 * k] = a, model.input()[3 * k + 1] = b, model.input()[3 * k + 2] = c;
            model.targets()[2 * k] = a - b, model.targets()[2 * k + 1] = 0.5f * c + 0.3f;
        }
        const double loss = model.train(2, O{.rate = 0.05f}).loss;
        if (i < 20) first += loss;
        if (i >= 380) last += loss;
    }
    BOOST_TEST(last < 0.2 * first, O::name << " went from " << first << " to " << last);
}
BOOST_AUTO_TEST_CASE(every_optimizer_learns_a_linear_map) {
    learns<SGD>(), learns<Momentum>(), learns<Nesterov>(), learns<AdaGrad>(), learns<RMSprop>(), learns<Adam>();
}
