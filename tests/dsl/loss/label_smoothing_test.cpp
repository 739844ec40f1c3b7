#define BOOST_TEST_MODULE label_smoothing
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "dsl/typenet.hpp"
#include "runtime/model/model.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn;

namespace {

constexpr int outputs = 5, active = 3;
constexpr double e = 0.2;

double smoothed(const std::vector<double>& x, int label) {
    double sum = 0, loss = 0;
    for (int c = 0; c < active; ++c) sum += std::exp(x[c]);
    for (int c = 0; c < active; ++c) {
        const double q = (c == label ? 1 - e : 0) + e / active;
        loss -= q * (x[c] - std::log(sum));
    }
    return loss;
}

struct Result {
    std::vector<double> loss, dx;
};

Result run(const std::vector<double>& x, const std::vector<int>& labels, double smoothing) {
    Result r{std::vector<double>(labels.size()), std::vector<double>(x.size(), 7)};
    std::vector<unsigned char> correct(labels.size());
    LossPass<double> p;
    p.n = p.end = static_cast<int>(labels.size());
    p.outputs = outputs;
    p.active = active;
    p.smoothing = smoothing;
    p.x = x.data();
    p.label = labels.data();
    p.dx = r.dx.data();
    p.loss = r.loss.data();
    p.correct = correct.data();
    SoftmaxCrossEntropy::gradient(p);
    return r;
}

const std::vector<double> two_rows{0.3, -1.2, 2.0, 9, 9, 1.5, 0.1, -0.4, 9, 9};
const std::vector<int> labels{1, 0};

}  // namespace

BOOST_AUTO_TEST_CASE(the_loss_is_the_cross_entropy_with_the_smoothed_target) {
    const Result r = run(two_rows, labels, e);
    for (std::size_t n = 0; n < 2; ++n) {
        std::vector<double> row(two_rows.begin() + n * outputs, two_rows.begin() + (n + 1) * outputs);
        BOOST_TEST(std::abs(r.loss[n] - smoothed(row, labels[n])) < 1e-12);
        for (std::size_t c = 0; c < outputs; ++c) {
            std::vector<double> up = row, down = row;
            up[c] += 1e-5;
            down[c] -= 1e-5;
            const double slope = (smoothed(up, labels[n]) - smoothed(down, labels[n])) / 2e-5 / 2;
            BOOST_TEST(std::abs(r.dx[n * outputs + c] - (c < active ? slope : 0)) < 1e-8);
        }
    }
}

BOOST_AUTO_TEST_CASE(without_smoothing_nothing_changes) {
    const Result r = run(two_rows, labels, 0);
    const double sum = std::exp(0.3) + std::exp(-1.2) + std::exp(2.0);
    BOOST_TEST(std::abs(r.loss[0] - (std::log(sum) + 1.2)) < 1e-12);
    BOOST_TEST(std::abs(r.dx[1] - (std::exp(-1.2) / sum - 1) / 2) < 1e-12);
}

BOOST_AUTO_TEST_CASE(a_model_smooths_in_training_and_not_in_tests) {
    using Tiny = Net<Vector<2>, Batch<4>, Seq<Dense<3>>, SoftmaxCrossEntropy>;
    cpu::Device device(1);
    Model<Tiny, SGD> model(device, 1);
    const auto fill = [&] {
        for (std::size_t i = 0; i < 8; ++i) model.input()[i] = static_cast<float>(i) * 0.3f - 1;
        for (int i = 0; i < 4; ++i) model.labels()[i] = i % 3;
    };
    fill();
    const double plain = model.gradients(4).loss, tested = (fill(), model.evaluate(4).loss);
    model.label_smoothing(0.3f);
    fill();
    BOOST_TEST(std::abs(model.gradients(4).loss - plain) > 1e-3);
    fill();
    BOOST_TEST(model.evaluate(4).loss == tested);
    for (const float part : {-0.1f, 1.0f, std::nanf("")})
        BOOST_TEST(
            tn_test::contains(tn_test::error_of([&] { model.label_smoothing(part); }), "the label smoothing must be"));
}
