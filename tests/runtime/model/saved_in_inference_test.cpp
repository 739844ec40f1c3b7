// What forward leaves for backward has room in a model that only infers, where a layer does not say that it needs none.
#define BOOST_TEST_MODULE saved_in_inference
#include <boost/test/unit_test.hpp>
#include <vector>

#include "dsl/typenet.hpp"
#include "runtime/model/model.hpp"
#include "runtime/model/weight_snapshot.hpp"

namespace outside {

/// y = x^2, with a copy of x for backward.
struct Square {
    static constexpr tn::Reads reads{.x = false, .y = false};
    static constexpr tn::Axis axis = tn::Axis::values;
    static constexpr tn::Text name() { return "Square"; }
    static constexpr tn::ShapeResult output(tn::Shape in) { return in; }
    static constexpr std::size_t saved(tn::Shape in, int batch) { return in.size() * batch; }
    template <class T> static void forward(const tn::Pass<T>& p) {
        for (int i = p.begin; i < p.end; ++i) {
            p.saved[i] = p.x[i];
            p.y[i] = p.x[i] * p.x[i];
        }
    }
    template <class T> static void backward(const tn::Pass<T>& p) {
        for (int i = p.begin; p.dx && i < p.end; ++i) p.dx[i] = 2 * p.saved[i] * p.dy[i];
    }
};

/// The same, which looks whether backward will come.
struct ThriftySquare : Square {
    static constexpr bool saves_for_inference = false;
    static constexpr tn::Text name() { return "ThriftySquare"; }
    template <class T> static void forward(const tn::Pass<T>& p) {
        for (int i = p.begin; i < p.end; ++i) {
            if (p.saved) p.saved[i] = p.x[i];
            p.y[i] = p.x[i] * p.x[i];
        }
    }
};

}  // namespace outside

using namespace tn;
template <class L> using With = Net<Image<40, 4, 4>, Batch<4>, Seq<L, L, GlobalAvgPool, Dense<2>>, SoftmaxCrossEntropy>;
using Squares = With<outside::Square>;
using Thrifty = With<outside::ThriftySquare>;

// It lives as long as the pass: the room of one layer serves the other, too.
static_assert(Squares::infer_bytes == Thrifty::infer_bytes + 4 * 40 * 4 * 4 * sizeof(float));
static_assert(Squares::train_bytes<SGD> == Thrifty::train_bytes<SGD>);

// Batch normalisation takes no byte of it.
template <class N> constexpr bool saves_nothing() {
    for (const Fusion f : {Fusion::on, Fusion::off}) {
        const auto nothing = [](const auto& plan) {
            for (const std::size_t at : plan.saved)
                if (at != nowhere) return false;
            return true;
        };
        if (f == Fusion::on ? !nothing(N::template schedule<Fusion::on, Purpose::infer>::plan)
                            : !nothing(N::template schedule<Fusion::off, Purpose::infer>::plan))
            return false;
    }
    return true;
}
static_assert(saves_nothing<Net<Image<1, 8, 8>, Batch<4>, Seq<Conv<4, 3>, BN, Relu, Pool<2>, Dense<4>, BN, Dense<2>>,
                                SoftmaxCrossEntropy>>());
static_assert(saves_nothing<
              Net<Image<1, 8, 8>, Batch<4>, Seq<Relu, Pool<3, Stride<2>, Pad<1>>, Dense<2>>, SoftmaxCrossEntropy>>());
static_assert(saves_nothing<Thrifty>() && !saves_nothing<Squares>());

template <class N> void check() {
    cpu::Device device(2);
    Model<N, SGD> trains(device, 3);
    Model<N> infers(device, 3);
    const auto fill = [&] {
        for (std::size_t i = 0; i < trains.input().size(); ++i)
            trains.input()[i] = infers.input()[i] = static_cast<float>(i % 7) * 0.3f - 1;
    };
    fill();
    for (int step = 0; step < 3; ++step) trains.train(4, SGD{});
    WeightSnapshot(trains, "").swap(infers);
    const auto wanted = trains.predict(4), got = infers.predict(4);
    BOOST_TEST(std::ranges::equal(wanted, got));
    fill();
    BOOST_TEST(infers.evaluate(4).loss == trains.evaluate(4).loss);
}
BOOST_AUTO_TEST_CASE(a_layer_of_ones_own_predicts_as_after_training) {
    check<Squares>();
    check<Thrifty>();
}
