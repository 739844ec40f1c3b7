// Each optimizer against a sequence worked by hand: one weight from 1, gradients 0.5, -0.25 and 1, rate 0.1.
#define BOOST_TEST_MODULE optimizers
#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <tuple>

#include "dsl/typenet.hpp"
#include "runtime/cpu/reference.hpp"
#include "runtime/model/model.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn;

/// The states of one weight, as many as the optimizer keeps.
template <class O, class T> using StatesOf = std::array<T, O::states>;

/// One step of the rule, or of a TensorStep.
template <class Step, class T, std::size_t N> void take(const Step& step, T& w, T g, std::array<T, N>& states) {
    std::apply([&](auto&... s) { step(w, g, s...); }, states);
}

template <class O> void check(const O& optimizer, std::array<double, 3> expected) {
    static_assert(OptimizerConcept<O>);
    const double gradients[] = {0.5, -0.25, 1};
    double w = 1;
    StatesOf<O, double> states{};
    for (int t = 1; t <= 3; ++t) {
        take(TensorStep(optimizer.rule(t), optimizer.weight_decay, {}), w, gradients[t - 1], states);
        BOOST_TEST(std::abs(w - expected[t - 1]) < 1e-6, O::name << " at step " << t << " gives " << w);
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
    check(AdamW{.rate = 0.1f, .weight_decay = 0}, {one, two, three});
}

// Before each step a half of 0.1 of the weight goes, and then the step is Adam's.
BOOST_AUTO_TEST_CASE(decoupled_decay_is_no_part_of_the_gradient) {
    const double one = 0.95 - 0.1 * (0.05 / 0.1) / std::sqrt(2.5e-4 / 0.001);
    const double two = 0.95 * one - 0.1 * (0.02 / 0.19) / std::sqrt(3.1225e-4 / 0.001999);
    const double three = 0.95 * two - 0.1 * (0.118 / 0.271) / std::sqrt(1.31193775e-3 / 0.002997001);
    check(AdamW{.rate = 0.1f, .weight_decay = 0.5f}, {one, two, three});
}

// m: 0.005, 0.00245, 0.0124255; 0.9 m + 0.1 g: 0.05, -0.0205, 0.102205
BOOST_AUTO_TEST_CASE(lion) {
    check(Lion{.rate = 0.1f}, {0.9, 1.0, 0.9});
    check(Lion{.rate = 0.1f, .weight_decay = 0.5f}, {0.85, 0.9075, 0.762125});
    double w = 2;
    StatesOf<Lion, double> none{};
    take(Lion{}.rule(1), w, 0.0, none);
    BOOST_TEST(w == 2);
}

/// A weight whose gradient is 1e-3 for a while and then stays 0.
template <class O, class T> void check_states() {
    for (const T sign : {T(1), T(-1)}) {
        T w = 1;
        StatesOf<O, T> states{};
        bool subnormal = false, flushed = false;
        for (int t = 1; t <= 100'000 && !flushed; ++t) {
            take(O{}.rule(t), w, t <= 20 ? sign * T(1e-3) : T(0), states);
            for (const T state : states) subnormal = subnormal || (state != 0 && !std::isnormal(state));
            flushed = t > 20 && std::ranges::all_of(states, [](T state) { return state == 0; });
        }
        BOOST_TEST(!subnormal, O::name);
        BOOST_TEST(flushed == (O::name != AdaGrad::name), O::name);  // which forgets nothing
        BOOST_TEST(std::isfinite(w));
    }
}
BOOST_AUTO_TEST_CASE(states_are_never_subnormal) {
    check_states<Momentum, float>(), check_states<Nesterov, float>(), check_states<AdaGrad, float>();
    check_states<RMSprop, float>(), check_states<Adam, float>(), check_states<Momentum, double>();
    check_states<AdamW, float>(), check_states<Lion, float>();
    float w = 1, s = 0;
    AdaGrad{}.rule(1)(w, 1e-20f, s);
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
    fit(AdamW{}), fit(Lion{});
    fit(SGD{.rate = 0}), fit(Momentum{.momentum = 0}), fit(Adam{.beta1 = 0, .beta2 = 0});
    constexpr Hyperparameter below_one{"x", 1, 0, 1}, infinite{"x", std::numeric_limits<float>::infinity()};
    static_assert(!below_one.fits() && !infinite.fits());
    static_assert(!Hyperparameter{"x", std::numeric_limits<float>::quiet_NaN()}.fits());
}

using N = Net<Vector<3>, Batch<2>, Seq<Dense<2>>, MeanSquaredError>;

/// A model whose tensors are all 2 and whose gradients are all 0: the bias alone gives the targets.
template <class M> void prepare(M& model) {
    for (float& v : model.input()) v = 0;
    for (const auto& t : model.tensors()) std::fill(t.values.begin(), t.values.end(), 2.0f);
    std::fill(model.targets().begin(), model.targets().end(), 2.0f);
}

BOOST_AUTO_TEST_CASE(weight_decay_acts_on_weights_and_not_on_biases) {
    const auto decays = []<class O>(const O& optimizer) {
        cpu::Device device(1);
        Model<N, O> model(device);
        prepare(model);
        model.train(2, optimizer);
        for (float v : model.tensors()[0].values) BOOST_TEST(std::abs(v - 1.9f) < 1e-6f, O::name);
        for (float v : model.tensors()[1].values) BOOST_TEST(v == 2.0f, O::name);
    };
    decays(SGD{.rate = 0.1f, .weight_decay = 0.5f});
    decays(AdamW{.rate = 0.1f, .weight_decay = 0.5f});
    decays(Lion{.rate = 0.1f, .weight_decay = 0.5f});
}

BOOST_AUTO_TEST_CASE(a_tensor_has_a_rate_and_a_decay_of_its_own) {
    cpu::Device device(1);
    using Two = Net<Vector<3>, Batch<2>, Seq<Dense<4>, Dense<2>>, MeanSquaredError>;
    const SGD sgd{.rate = 0.1f, .weight_decay = 0.5f};
    const auto after_a_step = [&](const ChooseFactors& choose) {
        Model<Two, SGD> model(device);
        std::ranges::fill(model.input(), 1.0f);
        for (const auto& t : model.tensors()) std::ranges::fill(t.values, 0.5f);
        if (choose) model.tensor_factors(choose);
        model.train(2, sgd);
        std::array<float, 4> first{};
        for (std::size_t k = 0; k < 4; ++k) first[k] = model.tensors()[k].values[0];
        return first;
    };
    const auto plain = after_a_step({}), same = after_a_step([](const std::string&, TensorFactors&) {});
    BOOST_TEST(plain == same);
    const auto changed = after_a_step([](const std::string& name, TensorFactors& of) {
        BOOST_TEST(of.rate == 1);
        BOOST_TEST(of.decay == (name.ends_with(".weight") ? 1 : 0));
        if (name.starts_with("0.")) of.rate = 0;  // frozen
        if (name == "1.weight") of = {.rate = 2, .decay = 0};
        if (name == "1.bias") of.decay = 1;
    });
    // Outputs are 0.5 + 4 * 0.5 * 2 = 4.5: a gradient of 4.5 for every bias and 9 for every weight of the last layer.
    BOOST_TEST(changed[0] == 0.5f);
    BOOST_TEST(changed[1] == 0.5f);
    BOOST_TEST(std::abs(plain[2] - (0.5f - 0.1f * (4.5f + 0.25f))) < 1e-6f);
    BOOST_TEST(std::abs(changed[2] - (0.5f - 0.2f * 4.5f)) < 1e-6f);
    BOOST_TEST(std::abs(plain[3] - (0.5f - 0.1f * 2.25f)) < 1e-6f);
    BOOST_TEST(std::abs(changed[3] - (0.5f - 0.1f * (2.25f + 0.25f))) < 1e-6f);
}

BOOST_AUTO_TEST_CASE(factors_that_are_none_are_refused_and_change_nothing) {
    cpu::Device device(1);
    Model<N, SGD> model(device);
    model.tensor_factors([](const std::string&, TensorFactors& of) { of.rate = 0; });
    const auto refused = [&](TensorFactors bad) {
        return tn_test::error_of([&] {
            model.tensor_factors([&](const std::string& name, TensorFactors& of) { of = name == "0.bias" ? bad : of; });
        });
    };
    BOOST_TEST(refused({.rate = -1}) == "the factor of the rate of '0.bias' must be finite and at least 0, not -1");
    BOOST_TEST(refused({.decay = std::numeric_limits<float>::infinity()}) ==
               "the factor of the weight decay of '0.bias' must be finite and at least 0, not inf");
    prepare(model);
    model.train(2, SGD{.rate = 0.1f, .weight_decay = 0.5f});
    for (float v : model.tensors()[0].values) BOOST_TEST(v == 2.0f);
}

/// Keeps three states: AMSGrad of Reddi, Kale and Kumar, "On the convergence of Adam and beyond", 2018, without
/// corrections.
struct AMSGrad {
    static constexpr int states = 3;
    static constexpr const char* name = "AMSGrad";
    float rate = 0.001f, weight_decay = 0;

    struct Rule {
        float rate;
        template <class T> constexpr void operator()(T& w, T g, T& m, T& v, T& most) const {
            m = flush_subnormal(T(0.9) * m + T(0.1) * g);
            v = flush_subnormal(T(0.99) * v + T(0.01) * g * g);
            most = std::max(most, v);
            w -= T(rate) * m / (std::sqrt(most) + T(1e-8));
        }
    };
    Rule rule(long long) const { return {rate}; }
};

BOOST_AUTO_TEST_CASE(an_optimizer_keeps_any_number_of_states) {
    // m: 0.05, 0.02, 0.118; v: 2.5e-3, 3.1e-3, 1.3069e-2, which never fall
    const double one = 1 - 0.1 * 0.05 / std::sqrt(2.5e-3), two = one - 0.1 * 0.02 / std::sqrt(3.1e-3);
    check(AMSGrad{.rate = 0.1f}, {one, two, two - 0.1 * 0.118 / std::sqrt(1.3069e-2)});
    cpu::Device device(2);
    cpu::Reference reference;
    Model<N, AMSGrad> model(device);
    Model<N, AMSGrad, cpu::Reference> same(reference);
    const auto fill = [](auto& of) {
        std::ranges::fill(of.input(), 0.5f);
        of.train(2, AMSGrad{.rate = 0.1f});
    };
    fill(model), fill(same);
    for (std::size_t k = 0; k < 2; ++k) {
        BOOST_TEST(std::ranges::equal(model.tensors()[k].values, same.tensors()[k].values));
        for (int state = 0; state < 3; ++state) BOOST_TEST(model.optimizer_state(model.tensors()[k], state)[0] != 0);
    }
    BOOST_TEST(tn_test::contains(tn_test::error_of([&] { model.optimizer_state(model.tensors()[0], 3); }),
                                 "keeps no state 3"));
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
    learns<AdamW>(), learns<Lion>(), learns<AMSGrad>();
}
