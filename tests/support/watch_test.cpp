// The watch sees what it is there for: each of these layers does one thing wrong.
#define BOOST_TEST_MODULE watch
#include "tests/support/watch.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "runtime/cpu/reference.hpp"
#include "runtime/model/model.hpp"

using namespace tn;
using namespace tn::test;

namespace {

enum class Fault {
    none,
    y_after,
    y_before,
    dx_after,
    saved_after,
    work_after,
    gradient_after,
    skips_y,
    skips_dx,
    old_saved
};

/// y = w x with one trained number, and a fault.
template <Fault F> struct Faulty {
    static constexpr Text name() { return "Faulty"; }
    static constexpr ShapeResult output(Shape in) { return in; }
    static constexpr Parameters parameters(Shape) {
        Parameters p;
        p.add({"weight", {1}, 1, {InitRule::constant, 2}});
        return p;
    }
    static constexpr std::size_t saved(Shape, int) { return 16; }
    static constexpr std::size_t work(Shape, int) { return 16; }

    template <class T> static void forward(const Pass<T>& p) {
        const std::size_t size = p.in.size() * p.n;
        for (std::size_t i = F == Fault::skips_y; i < size; ++i) p.y[i] = p.parameter[0][0] * p.x[i];
        if (F != Fault::old_saved && p.saved) p.saved[0] = 1;
        if (F == Fault::y_after) p.y[size] = 0;
        if (F == Fault::y_before) p.y[-1] = 0;
        if (F == Fault::saved_after && p.training) p.saved[16] = 0;
        if (F == Fault::work_after) p.work[16] = 0;
    }
    template <class T> static void backward(const Pass<T>& p) {
        const std::size_t size = p.in.size() * p.n;
        p.gradient[0][0] = 0;
        for (std::size_t i = 0; i < size; ++i) p.gradient[0][0] += p.saved[0] * p.dy[i] * p.x[i];
        for (std::size_t i = F == Fault::skips_dx; p.dx && i < size; ++i) p.dx[i] = p.parameter[0][0] * p.dy[i];
        if (F == Fault::dx_after && p.dx) p.dx[size] = 0;
        if (F == Fault::gradient_after) p.gradient[0][1] = 0;
    }
};

struct Seen {
    std::size_t outside;
    bool finite;
};

template <Fault F> Seen watched() {
    using N = Net<Vector<16>, Batch<4>, Seq<Dense<16>, Faulty<F>, Dense<3>>, SoftmaxCrossEntropy>;
    using M = Model<N, SGD, Watched<cpu::Reference>, double, Fusion::off, Purpose::watched>;
    Watched<cpu::Reference> device;
    M model(device);
    Random random(1, 1000);
    for (double& v : model.input()) v = random.normal();
    Watch<N, Fusion::off, M> watch(model);
    bool finite = std::isfinite(model.gradients(4).loss);
    for (const auto& t : model.tensors())
        for (double v : model.gradient(t)) finite = finite && std::isfinite(v);
    for (double v : model.memory().input_gradient()) finite = finite && std::isfinite(v);
    BOOST_TEST(watch.steps() == 3 + 1 + 3);
    return {watch.outside(), finite};
}

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_is_seen_where_nothing_is_wrong) {
    const Seen seen = watched<Fault::none>();
    BOOST_TEST(seen.outside == 0u);
    BOOST_TEST(seen.finite);
}

BOOST_AUTO_TEST_CASE(writing_next_to_a_buffer_is_seen) {
    BOOST_TEST(watched<Fault::y_after>().outside > 0u);
    BOOST_TEST(watched<Fault::y_before>().outside > 0u);
    BOOST_TEST(watched<Fault::dx_after>().outside > 0u);
    BOOST_TEST(watched<Fault::saved_after>().outside > 0u);
    BOOST_TEST(watched<Fault::work_after>().outside > 0u);
    BOOST_TEST(watched<Fault::gradient_after>().outside > 0u);
}

BOOST_AUTO_TEST_CASE(reading_what_was_never_written_is_seen) {
    BOOST_TEST(!watched<Fault::skips_y>().finite);
    BOOST_TEST(!watched<Fault::skips_dx>().finite);
    BOOST_TEST(!watched<Fault::old_saved>().finite);
}
