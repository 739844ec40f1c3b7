// The page of calls that a user of Model sees: what may be written where, and by how many threads.
#define BOOST_TEST_MODULE model
#include "runtime/model/model.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

#include "dsl/typenet.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using tn_test::contains;
using tn_test::error_of;

using Classifier = Net<Image<1, 8, 8>, Batch<4>, Seq<Conv<4, 3>, BN, Relu, Dense<3>>, SoftmaxCrossEntropy>;
using Regression = Net<Vector<2>, Batch<4>, Seq<Dense<5>, Sigmoid, Dense<3>>, MeanSquaredError>;
using Classifies = Model<Classifier, Adam>;
using Regresses = Model<Regression, SGD>;

// A view of a batch or of a tensor is not assigned to: that would change the view, and no value.
template <class M, class Values>
concept InputAssignable = requires(M& model, Values values) { model.input() = values; };
template <class M>
concept ParameterViewsAssignable =
    requires(M& model, std::vector<float> values) { model.gradient(model.tensors()[0]) = values; } ||
    requires(M& model, std::vector<float> values) { model.optimizer_state(model.tensors()[0], 0) = values; } ||
    requires(M& model, std::vector<float> values) { model.tensors()[0].values = values; };
static_assert(!InputAssignable<Classifies, std::vector<float>> && !InputAssignable<Classifies, std::span<float>> &&
              !InputAssignable<Classifies, std::array<float, 4>>);
static_assert(!ParameterViewsAssignable<Classifies>);

// What a loss does not read cannot be written.
template <class M>
concept TakesLabels = requires(M& model, std::vector<int> values) { model.labels(); } || requires(M& model) {
    model.set_labels(std::vector<int>{});
} || requires(M& model) { model.class_weights(std::vector<float>{}); };
template <class M>
concept TakesTargets =
    requires(M& model) { model.targets(); } || requires(M& model) { model.set_targets(std::vector<float>{}); };
static_assert(TakesLabels<Classifies> && !TakesTargets<Classifies>);
static_assert(!TakesLabels<Regresses> && TakesTargets<Regresses>);

BOOST_AUTO_TEST_CASE(whole_samples_are_copied_to_where_they_are_asked_to) {
    cpu::Device device(1);
    Regresses model(device);
    model.set_input(std::vector<float>{1, 2, 3, 4});
    const float more[] = {5, 6};
    model.set_input(more, 3);
    model.set_targets(std::array<float, 3>{7, 8, 9}, 1);
    const std::vector<float> input{1, 2, 3, 4, 0, 0, 5, 6}, targets{0, 0, 0, 7, 8, 9, 0, 0, 0, 0, 0, 0};
    BOOST_TEST(std::ranges::equal(model.input(), input));
    BOOST_TEST(std::ranges::equal(model.targets(), targets));
    Classifies classifies(device);
    classifies.set_labels(std::vector<int>{2, 1}, 2);
    BOOST_TEST(std::ranges::equal(classifies.labels(), std::vector<int>{0, 0, 2, 1}));
}

BOOST_AUTO_TEST_CASE(samples_that_are_not_whole_or_do_not_fit_are_refused) {
    cpu::Device device(1);
    Regresses model(device);
    BOOST_TEST(error_of([&] { model.set_input(std::vector<float>(3)); }) ==
               "input of 2 values per sample cannot be set from 3 values");
    BOOST_TEST(error_of([&] { model.set_input(std::vector<float>(10)); }) ==
               "input of 5 samples from sample 0 on do not fit into a batch of 4");
    BOOST_TEST(error_of([&] { model.set_targets(std::vector<float>(6), 3); }) ==
               "targets of 2 samples from sample 3 on do not fit into a batch of 4");
    for (const int first : {-1, 5, 1 << 30})
        BOOST_TEST(contains(error_of([&] { model.set_input(std::vector<float>(2), first); }), "do not fit"));
    for (const float v : model.input()) BOOST_TEST(v == 0);
}

BOOST_AUTO_TEST_CASE(what_a_tensor_does_not_have_is_an_error) {
    cpu::Device device(1);
    Classifies model(device);
    const auto& running_mean = model.tensors()[3];
    BOOST_REQUIRE_EQUAL(running_mean.name, "1.running_mean");
    BOOST_TEST(error_of([&] { model.gradient(running_mean); }) == "'1.running_mean' has no gradient here");
    BOOST_TEST(error_of([&] { model.optimizer_state(running_mean, 0); }) ==
               "the optimizer keeps no state 0 of '1.running_mean'");
    BOOST_TEST(error_of([&] { model.optimizer_state(model.tensors()[0], 2); }) ==
               "the optimizer keeps no state 2 of '0.weight'");
    Model<Classifier> infers(device);
    BOOST_TEST(error_of([&] { infers.gradient(infers.tensors()[0]); }) == "'0.weight' has no gradient here");
    BOOST_TEST(error_of([&] { infers.outputs(4, true); }) == "a model that only infers has no outputs in training");
}

namespace {

/// Trains a model of its own on the device, and returns every bit of what it became and predicts.
std::vector<float> run(cpu::Device& device, std::uint64_t seed, int steps) {
    Classifies model(device, seed);
    std::vector<float> all;
    for (int step = 0; step < steps; ++step) {
        Random random(seed, 1, step);
        for (float& v : model.input()) v = random.normal();
        for (int& label : model.labels()) label = random.below(3);
        model.train(4, Adam{});
        const auto predicted = model.predict(3);
        all.insert(all.end(), predicted.begin(), predicted.end());
    }
    for (const auto& t : model.tensors()) all.insert(all.end(), t.values.begin(), t.values.end());
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(threads_with_models_of_their_own_share_a_device) {
    constexpr int threads = 3, steps = 100;
    cpu::Device device(2);
    std::vector<std::vector<float>> alone, together(threads);
    for (std::uint64_t seed = 0; seed < threads; ++seed) alone.push_back(run(device, seed, steps));
    for (int round = 0; round < 5; ++round) {
        std::vector<std::thread> running;
        for (std::uint64_t seed = 0; seed < threads; ++seed)
            running.emplace_back([&, seed] { together[seed] = run(device, seed, steps); });
        for (std::thread& t : running) t.join();
        BOOST_REQUIRE((together == alone));
    }
}
