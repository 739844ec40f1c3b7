// What holds of models as values, of predictors and of accumulated gradients on any device.
#pragma once

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <thread>
#include <type_traits>
#include <vector>

#include "dsl/net/until.hpp"
#include "dsl/typenet.hpp"
#include "runtime/model/copy_weights.hpp"
#include "runtime/model/gradient_accumulator.hpp"
#include "runtime/model/predictor.hpp"
#include "tests/support/model_values.hpp"

namespace tn::test {

using Pictured =
    Net<Image<1, 8, 8>, Batch<6>, Seq<Seq<Conv<4, 3>, BN, Relu, Pool<2>>, Dense<8>, Relu, Dropout<30>, Dense<3>>,
        SoftmaxCrossEntropy>;

template <class M> void learn(M& model, int first, int last) {
    for (int step = first; step < last; ++step) set_batch(model, step), model.train(6, Adam{.rate = 0.01f});
}

template <class Device> void models_are_values(Device& device, Device& other) {
    using M = Model<Pictured, Adam, Device>;
    static_assert(std::is_nothrow_move_constructible_v<M> && std::is_nothrow_move_assignable_v<M> &&
                  std::is_swappable_v<M> && !std::is_copy_constructible_v<M>);
    M model(device, 3);
    const float weights[] = {1, 2, 3};
    model.class_weights(weights);
    model.clip_gradients(0.5f);
    model.label_smoothing(0.1f);
    model.tensor_factors([](const std::string& name, TensorFactors& of) { of.rate = name == "1.weight" ? 0 : 1; });
    learn(model, 0, 3);

    // A clone goes on as the model does, and neither moves the other.
    M here = model.clone(), there = model.clone(other);
    BOOST_TEST(here.step() == 3u);
    BOOST_TEST(&there.device() == &other);
    BOOST_CHECK(values(here) == values(model));
    const auto before = values(model);
    learn(here, 3, 6);
    BOOST_CHECK(values(model) == before);
    learn(there, 3, 6);
    learn(model, 3, 6);
    BOOST_CHECK(values(here) == values(model));
    BOOST_CHECK(values(there) == values(model));

    // Moves take all of it with them, and views stay.
    const std::span weight = model.tensors()[0].values;
    const auto trained = values(model);
    M moved = std::move(model);
    BOOST_TEST(moved.tensors()[0].values.data() == weight.data());
    BOOST_CHECK(values(moved) == trained);
    M fresh(other, 9);
    const auto started = values(fresh);
    std::swap(moved, fresh);
    BOOST_CHECK(values(fresh) == trained);
    BOOST_CHECK(values(moved) == started);
    BOOST_TEST(&moved.device() == &other);
    learn(fresh, 6, 8);
    learn(here, 6, 8);
    BOOST_CHECK(values(fresh) == values(here));
    std::vector<M> many;
    many.push_back(std::move(fresh));
    many.push_back(std::move(moved));
    learn(many[0], 8, 9);
    learn(here, 8, 9);
    BOOST_CHECK(values(many[0]) == values(here));
}

/// Half a batch twice is a batch; of other sizes the larger one weighs more.
template <class Device> void accumulated_gradients_are_those_of_one_batch(Device& device) {
    using Plain = Net<Vector<5>, Batch<6>, Seq<Dense<7>, Tanh, Dense<3>>, SoftmaxCrossEntropy>;
    using M = Model<Plain, Adam, Device>;
    M whole(device, 4), parts(device, 4);
    GradientAccumulator accumulator(parts);
    BOOST_CHECK_THROW(accumulator.update(Adam{}), Error);
    for (int step = 0; step < 3; ++step) {
        set_batch(whole, step);
        const std::vector<float> input(whole.input().begin(), whole.input().end());
        const std::vector<int> labels(whole.labels().begin(), whole.labels().end());
        for (const auto& [first, count] : {std::pair{0, 1}, std::pair{1, 3}, std::pair{4, 2}}) {
            parts.set_input(std::span(input).subspan(first * 5, count * 5));
            parts.set_labels(std::span(labels).subspan(first, count));
            accumulator.add(count);
            (void)parts.tensors();  // the host looks in between
        }
        const BatchResult wanted = whole.train(6, Adam{.rate = 0.01f});
        const BatchResult got = accumulator.update(Adam{.rate = 0.01f});
        BOOST_TEST(got.n == 6);
        BOOST_TEST(got.correct == wanted.correct);
        BOOST_TEST(std::abs(got.loss - wanted.loss) < 1e-5 * wanted.loss);
        BOOST_TEST(std::abs(got.gradient_norm - wanted.gradient_norm) < 1e-4 * wanted.gradient_norm);
    }
    BOOST_TEST(parts.step() == 3u);
    for (std::size_t i = 0; i < whole.tensors().size(); ++i)
        for (std::size_t k = 0; k < whole.tensors()[i].values.size(); ++k)
            BOOST_TEST(std::abs(whole.tensors()[i].values[k] - parts.tensors()[i].values[k]) < 1e-4);
}

template <class Device, class Make> void predictors_share_weights(Device& device, const Make& make, int threads) {
    Model<Pictured, Adam, Device> model(device, 3);
    learn(model, 0, 3);
    const Predictor<Pictured, Device> predictor(model, make);
    predictor.prepare(threads);
    Random random(1, 1000);
    std::vector<float> inputs(13 * 64);
    for (float& v : inputs) v = random.normal();
    std::vector<float> wanted;
    for (int first = 0; first < 13; first += 6) {
        const int n = std::min(6, 13 - first);
        std::copy_n(inputs.begin() + first * 64, n * 64, model.input().begin());
        const auto p = model.predict(n);
        wanted.insert(wanted.end(), p.begin(), p.end());
    }
    // On the CPU what infers alone may add in another order than what trains, but does so the same way every time.
    constexpr double most_apart = std::is_same_v<Device, cpu::Device> ? 1e-5 : 0;
    const std::vector<float> alone = predictor.predict(inputs);
    BOOST_REQUIRE(alone.size() == wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) BOOST_TEST(std::abs(alone[i] - wanted[i]) <= most_apart);
    learn(model, 3, 4);  // the predictor's weights stay

    const Predictor copy = predictor;
    std::vector<std::vector<float>> got(threads, std::vector<float>(wanted.size()));
    std::vector<std::thread> running;
    for (int i = 0; i < threads; ++i)
        running.emplace_back([&, i] {
            for (int k = 0; k < 20; ++k) (i % 2 ? copy : predictor).predict(inputs, got[i]);
        });
    for (std::thread& thread : running) thread.join();
    for (const auto& of_thread : got) BOOST_CHECK(of_thread == alone);

    BOOST_CHECK_THROW(predictor.predict(std::span(inputs).first(65)), Error);
    BOOST_CHECK_THROW(predictor.predict(std::span(inputs).first(64), std::span(got[0]).first(2)), Error);
}

template <class Device> void inner_layers_are_networks_that_end_there(Device& device) {
    using Inner = Until<Pictured, 0, 2>;
    using Hidden = Until<Pictured, 2>;
    static_assert(Inner::output == Image<4, 8, 8> && Hidden::output == Vector<8>);
    static_assert(Until<Pictured, 4>::output == Vector<3>);
    Model<Pictured, Adam, Device> model(device, 3);
    learn(model, 0, 2);
    Model<Hidden, NoOptimizer, Device> hidden(device);
    copy_weights(model, hidden);
    std::copy(model.input().begin(), model.input().end(), hidden.input().begin());
    const auto got = hidden.predict(5);
    std::vector<float> features(5 * 8);
    model.features(5, features);  // behind the Dropout, which does nothing here
    for (std::size_t i = 0; i < features.size(); ++i) BOOST_TEST(std::abs(features[i] - got[i]) < 1e-6f);
    cpu::Device host(1);
    Model<Net<Vector<4>, Batch<2>, Seq<Dense<3>>, MeanSquaredError>> another(host);
    BOOST_CHECK_THROW(copy_weights(model, another), Error);
}

/// Of the frozen network: the loss's change when the input changes.
template <class Device> void the_input_has_a_gradient(Device& device) {
    using Seen =
        Net<Image<1, 6, 5>, Batch<3>, Frozen<Seq<Conv<4, 3>, BN, Sigmoid, Dropout<50>, Dense<3>>>, SoftmaxCrossEntropy>;
    InputGradientModel<Seen, Device> model(device, 3);
    Random random(2, 1000);
    for (float& v : model.input()) v = random.normal();
    for (int i = 0; i < 3; ++i) model.labels()[i] = i;
    const std::vector<float> input(model.input().begin(), model.input().end());
    std::vector<float> gradient(2 * 30);
    const auto loss = [&] { return model.gradients(2).loss / 2; };
    loss();
    model.input_gradient(2, gradient);
    float largest = 0;
    for (const float g : gradient) largest = std::max(largest, std::abs(g));
    BOOST_TEST(largest > 1e-3f);
    for (const int i : {0, 7, 29, 30, 44}) {
        const float h = 0.05f;
        model.set_input(input), model.input()[i] = input[i] + h;
        const double up = loss();
        model.set_input(input), model.input()[i] = input[i] - h;
        const double down = loss();
        BOOST_TEST(std::abs((up - down) / (2 * h) - gradient[i]) < 0.02 * largest);
    }
    BOOST_CHECK_THROW(model.input_gradient(3, gradient), Error);
}

}  // namespace tn::test
