// Each schedule against values worked by hand.
#define BOOST_TEST_MODULE rate_schedule
#include "dsl/optim/rate_schedule.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <utility>
#include <vector>

#include "dsl/typenet.hpp"

using namespace tn;

namespace {

using Points = std::vector<std::pair<double, double>>;

void check(const RateSchedule& schedule, const Points& points, const char* what) {
    for (const auto& [step, wanted] : points)
        BOOST_TEST(std::abs(schedule.rate(step) - wanted) < 1e-6,
                   what << " at " << step << " is " << schedule.rate(step));
}

}  // namespace

BOOST_AUTO_TEST_CASE(constant) { check(Constant{0.3f}, {{0, 0.3}, {1e6, 0.3}}, "constant"); }

BOOST_AUTO_TEST_CASE(cosine) {
    check(Cosine{.top = 0.4f, .steps = 100},
          {{0, 0.4}, {25, 0.2 * (1 + std::sqrt(0.5))}, {50, 0.2}, {75, 0.2 * (1 - std::sqrt(0.5))}, {100, 0}, {500, 0}},
          "cosine");
    check(Cosine{.top = 0.4f, .steps = 100, .end = 0.2f}, {{0, 0.4}, {50, 0.3}, {100, 0.2}, {101, 0.2}}, "to an end");
    check(Cosine{.steps = 0}, {{0, 0}, {1, 0}}, "of no steps");
}

BOOST_AUTO_TEST_CASE(step_decay) {
    check(StepDecay{.top = 0.5f, .every = 30}, {{0, 0.5}, {29, 0.5}, {30, 0.05}, {59, 0.05}, {60, 0.005}}, "tenths");
    check(StepDecay{.top = 1, .every = 2.5, .factor = 0.5f}, {{2, 1}, {3, 0.5}, {4, 0.5}, {5, 0.25}}, "halves");
}

BOOST_AUTO_TEST_CASE(one_cycle) {
    check(OneCycle{.top = 2, .steps = 100, .rise = 0.4f, .start = 0.1f, .end = 0.01f},
          {{0, 0.2}, {20, 1.1}, {40, 2}, {70, 1.01}, {100, 0.02}, {200, 0.02}}, "one cycle");
    check(OneCycle{.top = 1, .steps = 10, .rise = 0, .end = 0}, {{0, 1}, {5, 0.5}, {10, 0}}, "without a rise");
    check(OneCycle{.top = 1, .steps = 10, .rise = 1, .start = 0}, {{0, 0}, {5, 0.5}, {9.999, 1}}, "without a fall");
}

BOOST_AUTO_TEST_CASE(a_warm_up_stands_in_front_of_any) {
    check(WarmUp{4, Constant{0.8f}}, {{0, 0.2}, {1, 0.4}, {2, 0.6}, {3, 0.8}, {4, 0.8}}, "constant");
    check(WarmUp{10, Cosine{.top = 0.4f, .steps = 100}}, {{0, 0.04}, {9, 0.4}, {59, 0.2}, {109, 0}}, "cosine");
    check(WarmUp{2.5, StepDecay{.top = 1, .every = 10}}, {{0, 0.4}, {1, 0.8}, {2, 1}, {11, 1}, {12, 0.1}}, "step");
    check(WarmUp{1, Constant{}}, {{0, 1}}, "a step of no rise");
    check(WarmUp{2, WarmUp{2, Constant{1}}}, {{0, 0.25}, {1, 0.5}, {2, 1}}, "another warm-up");
}

namespace {

struct Halving {
    float rate(double step) const { return static_cast<float>(std::pow(0.5, step)); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(one_of_your_own_drives_an_optimizer) {
    RateSchedule schedule = WarmUp{2, Halving{}};
    const RateSchedule copy = schedule;
    schedule = Constant{0.1f};
    check(copy, {{0, 0.5}, {1, 1}, {2, 0.5}, {3, 0.25}}, "halving");
    using N = Net<Vector<1>, Batch<1>, Seq<Dense<1, NoBias>>, MeanSquaredError>;
    cpu::Device device(1);
    Model<N, SGD> model(device);
    model.tensors()[0].values[0] = 0;
    model.input()[0] = 1;
    model.targets()[0] = 1;
    for (int step = 0; step < 2; ++step) model.train(1, SGD{.rate = schedule.rate(step)});
    BOOST_TEST(std::abs(model.tensors()[0].values[0] - 0.19f) < 1e-6f);
}
