// What CUDA's kernels do under the emulator besides what every device does with the networks that all are tested with.
#define BOOST_TEST_MODULE cuda_kernels
#include <boost/test/unit_test.hpp>

#include "tests/support/cuda_emulator/check_kernels.hpp"

using namespace tn;
using namespace tn::test;
using cuda::Precision;

namespace {

/// An optimizer from outside with more states than any of the language.
struct ThreeStates {
    static constexpr int states = 3;
    static constexpr const char* name = "ThreeStates";
    float rate = 0.01f, weight_decay = 0.1f;

    struct Rule {
        float rate;
        template <class T> constexpr void operator()(T& w, T g, T& a, T& b, T& c) const {
            a = T(0.5) * a + g;
            b = T(0.5) * b + a;
            c = T(0.5) * c + b;
            w -= T(rate) * c;
        }
    };
    Rule rule(long long) const { return {rate}; }
};

}  // namespace

BOOST_AUTO_TEST_CASE(every_optimizer_takes_the_step_of_its_rule_in_one_kernel) {
    using N = Net<Vector<5>, Batch<4>, Seq<Dense<20>, BN, Dense<3>>, MeanSquaredError>;
    const auto agree = []<class O>(const O& optimizer) {
        Emulated emulated;
        cpu::Device cpu(1);
        Model<N, O, Emulated> there(emulated);
        Model<N, O, cpu::Device, float, Fusion::off> here(cpu);
        const auto choose = [](const std::string& name, TensorFactors& of) {
            if (name == "0.weight") of.rate = 0.5f;
            if (name.starts_with("1.")) of.rate = 0;
            if (name == "2.weight") of.decay = 3;
        };
        here.tensor_factors(choose), there.tensor_factors(choose);
        for (int step = 0; step < 3; ++step) {
            fill<decltype(here), float>(here, 4, 3);
            std::copy(here.input().begin(), here.input().end(), there.input().begin());
            std::copy(here.targets().begin(), here.targets().end(), there.targets().begin());
            for (std::size_t k = 0; k < here.tensors().size(); ++k)
                std::copy(here.tensors()[k].values.begin(), here.tensors()[k].values.end(),
                          there.tensors()[k].values.begin());
            here.gradients(4);
            there.gradients(4);
            here.update(optimizer);
            const auto before = emulated.gpu().launches();
            there.update(optimizer);
            BOOST_TEST(emulated.gpu().launches() == before + 3);  // two of them for the norm of all gradients
            for (std::size_t k = 0; k < here.tensors().size(); ++k)
                BOOST_TEST(distance(here.tensors()[k].values, there.tensors()[k].values) < 1e-5,
                           O::name << ", " << here.tensors()[k].name);
        }
    };
    agree(SGD{.weight_decay = 0.1f}), agree(Momentum{.weight_decay = 0.1f}), agree(Nesterov{.weight_decay = 0.1f});
    agree(AdaGrad{.weight_decay = 0.1f}), agree(RMSprop{.weight_decay = 0.1f}), agree(Adam{.weight_decay = 0.1f});
    agree(AdamW{.weight_decay = 0.1f}), agree(Lion{.rate = 0.01f, .weight_decay = 0.1f}), agree(ThreeStates{});
}

BOOST_AUTO_TEST_CASE(dense_does_what_cublas_leaves_out_of_a_product) {
    using N = Net<Vector<6>, Batch<5>, Seq<Dense<3>>, SoftmaxCrossEntropy>;
    for (const int n : {1, 5}) {
        Comparison<N> comparison(n, 2e-4);
        Emulated with, without;
        without.gpu().gives_epilogues(false);
        comparison.agree(comparison.run<Fusion::on>(with), "with epilogues");
        comparison.agree(comparison.run<Fusion::on>(without), "without epilogues");
    }
    const auto launches = [](bool gives_epilogues, auto pass) {
        Emulated emulated;
        emulated.gpu().gives_epilogues(gives_epilogues);
        Model<N, SGD, Emulated> model(emulated);
        const auto before = emulated.gpu().launches();
        pass(model);
        return emulated.gpu().launches() - before;
    };
    const auto forward = [](auto& model) { model.predict(5); };
    const auto both = [](auto& model) { model.gradients(5); };
    BOOST_TEST(launches(false, forward) == launches(true, forward) + 1);
    BOOST_TEST(launches(false, both) == launches(true, both) + 2);
}

BOOST_AUTO_TEST_CASE(relu_and_dropout_are_one_kernel_each_way) {
    using N = Vectors<Dense<9>, Relu, Dropout<40>>;
    Comparison<N> comparison(5, 2e-4);
    Emulated together, apart;
    // A step is a forward and a backward pass, and a forward pass more for its outputs.
    const Result one = comparison.run<Fusion::on>(together), two = comparison.run<Fusion::off>(apart);
    BOOST_TEST(apart.gpu().launches() == together.gpu().launches() + 3);
    BOOST_TEST(one.values == two.values, "other bits");
}

BOOST_AUTO_TEST_CASE(a_network_that_diverged_has_no_finite_loss) {
    Emulated emulated;
    check_not_a_number<Vectors<Dense<8>, Relu, Dropout<30>>>(emulated);
    check_not_a_number<Images<Conv<4, 3>, BN, Relu, Pool<2>>>(emulated);
    check_not_a_number<Images<Conv<16, 3>, Relu, Conv<32, 3>, BN, Relu>>(emulated);
}

BOOST_AUTO_TEST_CASE(the_arena_has_room_for_this_runtime_alone) {
    using N = Images<Conv<4, 3>, Relu, Conv<3, 3>, BN, Relu, Pool<2>>;
    Emulated emulated;
    Model<N, Adam, Emulated> trains(emulated);
    BOOST_TEST(trains.memory().arena().size_bytes() == (N::train_bytes<Adam, cuda::Device>));
    static_assert(N::train_bytes<Adam, cuda::Device> != N::train_bytes<Adam>);
    static_assert(N::train_bytes<Adam, cuda::DeviceOf<Precision::bf16>> < N::train_bytes<Adam, cuda::Device>);
}

BOOST_AUTO_TEST_CASE(a_trained_model_predicts_as_on_the_cpu) {
    using N = Images<Conv<3, 3>, BN, Relu, Pool<2>, Dense<8>, Relu, Dropout<30>>;
    Emulated emulated;
    cpu::Device cpu(1);
    Model<N, Adam, Emulated> there(emulated);
    Model<N, Adam, cpu::Device> here(cpu);
    for (int step = 0; step < 5; ++step) {
        Random random(3, 1000, step);
        for (float& v : here.input()) v = random.normal();
        for (int& label : here.labels()) label = random.below(3);
        std::copy(here.input().begin(), here.input().end(), there.input().begin());
        std::copy(here.labels().begin(), here.labels().end(), there.labels().begin());
        const int n = 5 - step % 2;
        const BatchResult a = here.train(n, Adam{}), b = there.train(n, Adam{});
        BOOST_TEST(std::abs(a.loss - b.loss) < 1e-3);
        BOOST_TEST(a.correct == b.correct);
    }
    BOOST_TEST(distance(here.predict(4), there.predict(4)) < 1e-3);
    BOOST_TEST(std::abs(here.evaluate(5).loss - there.evaluate(5).loss) < 1e-3);
}

using Blocks = Net<Image<3, 12, 9>, Batch<4>,
                   Seq<Conv<20, 3>, BN, Relu, Pool<2>, Conv<34, 3>, BN, Relu, Pool<2>, Dense<3>>, SoftmaxCrossEntropy>;

// Rounding to 7 bits moves maxima to other pixels and values past zero, so the gradients are compared where nothing
// jumps.
using Smooth = Net<Image<3, 12, 9>, Batch<4>, Seq<Conv<20, 3>, BN, Sigmoid, Conv<34, 3, Stride<2>>, Sigmoid, Dense<3>>,
                   SoftmaxCrossEntropy>;

// The mantissa has 10 bits in TF32 and 7 in bfloat16.
BOOST_AUTO_TEST_CASE(tensor_cores_in_tf32) {
    for (int n : {1, 3, 4}) check_emulated<Blocks, Precision::tf32>(n, 0.01);
}
BOOST_AUTO_TEST_CASE(tensor_cores_in_bfloat16) {
    for (int n : {1, 3, 4}) check_emulated<Smooth, Precision::bf16>(n, 0.03);
}

/// A layer from outside without a kernel of its own: a thread for every channel runs its mathematics.
struct Scale {
    static constexpr Axis axis = Axis::channels;
    static constexpr Text name() { return "Scale"; }
    static constexpr ShapeResult output(Shape in) { return in; }
    static constexpr Parameters parameters(Shape in) {
        Parameters p;
        p.add({"weight", {in.channels}, 1, {InitRule::constant, 1}});
        return p;
    }
    template <class T> static constexpr void forward(const Pass<T>& p) {
        each(p, [&](int c, std::size_t i) { p.y[i] = p.parameter[0][c] * p.x[i]; });
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        for (int c = p.begin; c < p.end; ++c) p.gradient[0][c] = 0;
        each(p, [&](int c, std::size_t i) {
            p.gradient[0][c] += p.dy[i] * p.x[i];
            if (p.dx) p.dx[i] = p.parameter[0][c] * p.dy[i];
        });
    }
    template <class T, class F> static constexpr void each(const Pass<T>& p, F f) {
        for (int n = 0; n < p.n; ++n)
            for (int c = p.begin; c < p.end; ++c)
                for (Index i = 0; i < p.in.plane(); ++i) f(c, n * p.in.size() + c * p.in.plane() + i);
    }
};
CHECK_KERNELS(a_layer_from_outside, Images<Conv<3, 3>, Scale, Relu>)
