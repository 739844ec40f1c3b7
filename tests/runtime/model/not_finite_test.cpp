// A step that would make the weights NaN is refused, and leaves the model as it was.
#define BOOST_TEST_MODULE not_finite
#include "runtime/model/not_finite.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "dsl/typenet.hpp"
#include "runtime/cuda/device.hpp"
#include "runtime/model/model.hpp"
#include "tests/runtime/temporary_folder.hpp"
#include "tests/support/cuda_emulator/emulator.hpp"

using namespace tn;
using tn_test::contains;
using tn_test::error_of;

namespace {

using Emulated = cuda::BasicDevice<test::Emulator>;
using N = Net<Image<1, 8, 8>, Batch<4>, Seq<Conv<4, 3>, BN, Relu, Pool<2>, Dense<8>, BN, Relu, Dense<3>>,
              SoftmaxCrossEntropy>;

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN(),
                infinity = std::numeric_limits<float>::infinity();

template <class M> void fill(M& model) {
    Random random(3, 1);
    for (float& v : model.input()) v = random.normal();
    for (int& label : model.labels()) label = random.below(3);
}

/// Weights, running statistics, the optimizer's states and the step's number.
template <class M> std::vector<float> everything(M& model) {
    std::vector<float> all{static_cast<float>(model.step())};
    for (const auto& t : model.tensors()) {
        all.insert(all.end(), t.values.begin(), t.values.end());
        for (int k = 0; t.trained && k < M::optimizer::states; ++k) {
            const auto state = model.optimizer_state(t, k);
            all.insert(all.end(), state.begin(), state.end());
        }
    }
    return all;
}

template <class Device> void a_spoilt_batch_is_refused(Device& device) {
    Model<N, Adam, Device> model(device), same(device);
    for (const float bad : {not_a_number, infinity, -infinity}) {
        fill(model), fill(same);
        model.train(4, Adam{}), same.train(4, Adam{});
        const auto before = everything(model);
        fill(model);
        model.input()[70] = bad;
        BOOST_CHECK_THROW(model.train(4, Adam{}), NotFinite);
        BOOST_TEST((everything(model) == before));
        // A batch without the sample is taken, and everything goes on as if nothing had been.
        fill(model), fill(same);
        model.train(1, Adam{}), same.train(1, Adam{});
        BOOST_TEST((everything(model) == everything(same)));
    }
}

/// y = x, and a gradient that is not a number although the loss is one.
struct BrokenBackward {
    static constexpr Axis axis = Axis::values;
    static constexpr Text name() { return "BrokenBackward"; }
    static constexpr ShapeResult output(Shape in) { return in; }
    template <class T> static constexpr void forward(const Pass<T>& p) {
        for (int i = p.begin; i < p.end; ++i) p.y[i] = p.x[i];
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        for (int i = p.begin; p.dx && i < p.end; ++i) p.dx[i] = std::numeric_limits<T>::quiet_NaN();
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_batch_with_a_nan_changes_nothing) {
    cpu::Device device(2);
    a_spoilt_batch_is_refused(device);
}

BOOST_AUTO_TEST_CASE(nor_does_it_on_a_device_with_memory_of_its_own) {
    Emulated device;
    device.gpu().keep_host_out();
    a_spoilt_batch_is_refused(device);
}

template <class Device> void a_gradient_that_is_not_finite_is_named(Device& device) {
    using Broken = Net<Image<1, 8, 8>, Batch<4>, Seq<Conv<4, 3>, BN, BrokenBackward, Dense<3>>, SoftmaxCrossEntropy>;
    Model<Broken, SGD, Device> broken(device);
    fill(broken);
    const auto before = everything(broken);
    BOOST_TEST(contains(error_of([&] { broken.train(4, SGD{}); }), "the gradient of '0.weight' is not finite: "));
    BOOST_TEST((everything(broken) == before));
    fill(broken);
    const BatchResult spoilt = broken.gradients(4);
    BOOST_TEST(std::isfinite(spoilt.loss));
    BOOST_TEST(!std::isfinite(spoilt.gradient_norm));
    const auto moved = everything(broken);  // its running statistics are
    BOOST_TEST(contains(error_of([&] { broken.update(SGD{}); }), "the gradient of '0.weight' is not finite: "));
    BOOST_TEST((everything(broken) == moved));
}

BOOST_AUTO_TEST_CASE(what_is_not_finite_is_named) {
    cpu::Device device(1);
    Emulated emulated, apart;
    apart.gpu().keep_host_out();
    a_gradient_that_is_not_finite_is_named(device);
    a_gradient_that_is_not_finite_is_named(emulated);
    a_gradient_that_is_not_finite_is_named(apart);
    Model<N, SGD> model(device);
    fill(model);
    model.input()[0] = not_a_number;
    const std::string said = error_of([&] { model.train(4, SGD{}); });
    BOOST_TEST(contains(said, "the loss is not finite: the batch has a NaN or an infinity in it"), said);

    using Regression = Net<Vector<2>, Batch<2>, Seq<Dense<2>, BN, Dense<2>>, MeanSquaredError>;
    Model<Regression, SGD> regression(device);
    regression.targets()[3] = infinity;
    BOOST_CHECK_THROW(regression.train(2, SGD{}), NotFinite);
}

BOOST_AUTO_TEST_CASE(evaluation_and_predictions_show_it) {
    cpu::Device device(1);
    Model<N> model(device);
    fill(model);
    model.input()[0] = not_a_number;
    BOOST_TEST(std::isnan(model.evaluate(4).loss));
    BOOST_TEST(std::isnan(model.predict(1)[0]));
}

BOOST_AUTO_TEST_CASE(every_value_is_looked_at) {
    for (const std::size_t size : {1u, 7u, 64u, 101u}) {
        std::vector<float> values(size, -std::numeric_limits<float>::max());
        BOOST_TEST(all_finite(std::span<const float>(values)));
        for (float& v : values)
            for (const float bad : {not_a_number, -not_a_number, infinity, -infinity}) {
                const float good = v;
                v = bad;
                BOOST_TEST(!all_finite(std::span<const float>(values)));
                v = good;
            }
    }
    BOOST_TEST(all_finite(std::span<const float>()));
    const double doubles[] = {std::numeric_limits<double>::max(), -std::numeric_limits<double>::infinity()};
    BOOST_TEST(all_finite(std::span<const double>(doubles).first(1)));
    BOOST_TEST(!all_finite(std::span<const double>(doubles)));
}

BOOST_AUTO_TEST_CASE(a_field_of_the_optimizer_out_of_its_range_is_named) {
    cpu::Device device(1);
    const auto said = [&]<class O>(const O& optimizer) {
        Model<N, O> model(device);
        fill(model);
        const auto before = everything(model);
        const std::string text = error_of([&] { model.train(4, optimizer); });
        BOOST_TEST(error_of([&] { model.update(optimizer); }) == text);
        BOOST_TEST((everything(model) == before));
        return text;
    };
    BOOST_TEST(said(SGD{.rate = infinity}) == "SGD: rate must be finite and at least 0, not inf");
    BOOST_TEST(said(SGD{.rate = not_a_number}) == "SGD: rate must be finite and at least 0, not nan");
    BOOST_TEST(said(Momentum{.rate = -0.1f}) == "Momentum: rate must be finite and at least 0, not -0.1");
    BOOST_TEST(said(Momentum{.momentum = 1}) == "Momentum: momentum must be at least 0 and below 1, not 1");
    BOOST_TEST(said(Nesterov{.momentum = not_a_number}) ==
               "Nesterov: momentum must be at least 0 and below 1, not nan");
    BOOST_TEST(said(AdaGrad{.epsilon = 0}) == "AdaGrad: epsilon must be finite and at least 1e-18, not 0");
    BOOST_TEST(said(RMSprop{.decay = 1.5f}) == "RMSprop: decay must be at least 0 and below 1, not 1.5");
    BOOST_TEST(said(Adam{.beta1 = -0.5f}) == "Adam: beta1 must be at least 0 and below 1, not -0.5");
    BOOST_TEST(said(Adam{.beta2 = 1}) == "Adam: beta2 must be at least 0 and below 1, not 1");
    BOOST_TEST(said(Adam{.weight_decay = infinity}) == "Adam: weight_decay must be finite and at least 0, not inf");
}
