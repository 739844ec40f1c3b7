// A layer from outside the tree, in a namespace of its own, works as a built-in one does.
#define BOOST_TEST_MODULE custom_layer
#include <boost/test/unit_test.hpp>

#include "tests/support/layer_checker.hpp"

namespace outside {

/// Multiplies every channel by a trained number: y = weight[c] x.
struct Scale {
    static constexpr tn::Axis axis = tn::Axis::channels;

    static constexpr tn::Text name() { return "Scale"; }
    static constexpr tn::ShapeResult output(tn::Shape in) {
        if (in.is_vector) return tn::input_must("be an image with at least {} channel", 1);
        return in;
    }
    static constexpr tn::Parameters parameters(tn::Shape in) {
        tn::Parameters p;
        p.add({"weight", {in.channels}, 1, {tn::InitRule::constant, 1}});
        return p;
    }
    template <class T> static void forward(const tn::Pass<T>& p) {
        each(p, [&](int c, std::size_t i) { p.y[i] = p.parameter[0][c] * p.x[i]; });
    }
    template <class T> static void backward(const tn::Pass<T>& p) {
        for (int c = p.begin; c < p.end; ++c) p.gradient[0][c] = 0;
        each(p, [&](int c, std::size_t i) {
            p.gradient[0][c] += p.dy[i] * p.x[i];
            if (p.dx) p.dx[i] = p.parameter[0][c] * p.dy[i];
        });
    }
    template <class T, class F> static void each(const tn::Pass<T>& p, F f) {
        for (int n = 0; n < p.n; ++n)
            for (int c = p.begin; c < p.end; ++c)
                for (std::size_t i = 0; i < p.in.plane(); ++i) f(c, n * p.in.size() + c * p.in.plane() + i);
    }
};

/// An activation is shorter still.
struct Softsign : tn::Pointwise<Softsign> {
    static constexpr tn::Text name() { return "Softsign"; }
    template <class T> static T value(T x) { return x / (1 + std::abs(x)); }
    template <class T> static T slope(T x, T) { return 1 / ((1 + std::abs(x)) * (1 + std::abs(x))); }
};

}  // namespace outside

using namespace tn;
using N = Net<Image<3, 6, 5>, Batch<4>,
              Seq<Conv<4, 3>, outside::Scale, outside::Softsign, Residual<outside::Scale, Relu>, Dense<2>>,
              SoftmaxCrossEntropy>;

BOOST_AUTO_TEST_CASE(gradients) { test::check_gradients<N>(4); }
BOOST_AUTO_TEST_CASE(kernels) { test::check_kernels<N>(3); }
BOOST_AUTO_TEST_CASE(value_form) {
    constexpr auto layers = Conv<4, 3>{} | outside::Scale{} | Dense<2>{};
    static_assert(std::is_same_v<decltype(layers), const Seq<Conv<4, 3>, outside::Scale, Dense<2>>>);
}
BOOST_AUTO_TEST_CASE(its_own_words) {
    constexpr auto fault = outside::Scale::output(Vector<3>);
    static_assert(sentence("layer 2 Scale", Vector<3>, fault) ==
                  Text("layer 2 Scale: the input Vector<3> must be an image with at least 1 channel"));
}
