// LayerNorm and GroupNorm by their kernels against the reference in double: shapes of several runs and of parts of
// vectors, values far from 0, at every instruction set and thread count.
#define BOOST_TEST_MODULE sample_norm
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "dsl/layers/group_norm.hpp"
#include "dsl/layers/layer_norm.hpp"
#include "dsl/net/execute.hpp"
#include "runtime/core/random.hpp"
#include "runtime/cpu/device.hpp"

using namespace tn;

namespace {

template <class T> struct Tensors {
    std::vector<T> x, dy, gamma, beta, y, dx, dgamma, dbeta, saved;

    Tensors(Shape in, int n, double mean) {
        Random random(3, 7);
        const auto fill = [&](std::vector<T>& v, Index count, double middle, double deviation) {
            v.resize(count);
            for (T& value : v) value = static_cast<float>(middle + deviation * random.normal());
        };
        fill(x, n * in.size(), mean, 1);
        fill(dy, n * in.size(), 0, 1);
        fill(gamma, in.channels, 1, 0.3);
        fill(beta, in.channels, 0, 0.3);
        for (auto* v : {&y, &dx}) v->assign(n * in.size(), std::nan(""));
        for (auto* v : {&dgamma, &dbeta}) v->assign(in.channels, std::nan(""));
    }
    Pass<T> pass(Shape in, int n) {
        Pass<T> p;
        p.n = n;
        p.in = p.out = in;
        p.training = true;
        p.x = x.data(), p.dy = dy.data(), p.y = y.data(), p.dx = dx.data(), p.saved = saved.data();
        p.parameter[0] = gamma.data(), p.parameter[1] = beta.data();
        p.gradient[0] = dgamma.data(), p.gradient[1] = dbeta.data();
        return p;
    }
};

template <class A, class B> double apart(const std::vector<A>& a, const std::vector<B>& b) {
    double difference = 0, largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (!std::isfinite(double{b[i]})) return 1e30;
        difference = std::max(difference, std::abs(double{a[i]} - double{b[i]}));
        largest = std::max(largest, std::abs(double{a[i]}));
    }
    return difference / largest;
}

template <class L, Shape In> void check(int n, double mean = 0, double tolerance = 2e-5) {
    static_assert(detail::has_forward<KernelOf<cpu::Device, L>, cpu::Device>);
    Tensors<double> wanted(In, n, mean);
    wanted.saved.resize(L::saved(In, n));
    Pass<double> exact = wanted.pass(In, n);
    exact.end = part_count<L>(exact);
    L::forward(exact), L::backward(exact);
    exact.end = L::gradient_parts(In);
    L::gradients(exact);
    for (const Isa isa : {Isa::portable, Isa::avx2, Isa::avx512}) {
        if (!available(isa)) continue;
        std::vector<std::vector<float>> first;
        for (const int threads : {1, 3}) {
            cpu::Device device(threads, isa);
            Tensors<float> got(In, n, mean);
            got.saved.resize(saved_values<cpu::Device, L>(In, n));
            const Pass<float> pass = got.pass(In, n);
            run_forward<L, In>(device, pass);
            run_backward<L, In>(device, pass);
            BOOST_TEST_CONTEXT(L::name().string() << " of " << In.text().string() << ", " << name(isa)) {
                BOOST_TEST(apart(wanted.y, got.y) < tolerance);
                BOOST_TEST(apart(wanted.dx, got.dx) < tolerance);
                BOOST_TEST(apart(wanted.dgamma, got.dgamma) < tolerance);
                BOOST_TEST(apart(wanted.dbeta, got.dbeta) < tolerance);
                const std::vector<std::vector<float>> all{got.y, got.dx, got.dgamma, got.dbeta};
                if (first.empty()) first = all;
                BOOST_TEST((first == all));
            }
            // At inference nothing is saved, and the gradient of the input may not be wanted.
            Tensors<float> again(In, n, mean);
            Pass<float> inference = again.pass(In, n);
            inference.saved = nullptr;
            run_forward<L, In>(device, inference);
            BOOST_TEST((again.y == got.y));
            inference.saved = got.saved.data();
            inference.dx = nullptr;
            run_backward<L, In>(device, inference);
            BOOST_TEST((again.dgamma == got.dgamma));
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_layer_norm_of_positions) {
    check<LayerNorm, Image<7, 1, 197>>(3);
    check<LayerNorm, Image<5, 20, 30>>(2);  // several runs, the last one in part
    check<LayerNorm, Image<33, 2, 2>>(20);
    check<LayerNorm, Image<6, 1, 17>>(1);
}
BOOST_AUTO_TEST_CASE(a_layer_norm_of_vectors) {
    check<LayerNorm, Vector<37>>(9);
    check<LayerNorm, Vector<64>>(1);
    check<LayerNorm, Vector<3>>(40);
}
BOOST_AUTO_TEST_CASE(a_group_norm) {
    check<GroupNorm<3>, Image<12, 5, 7>>(3);
    check<GroupNorm<1>, Image<4, 16, 16>>(2);
    check<GroupNorm<6>, Image<6, 3, 3>>(19);
    check<GroupNorm<4>, Vector<72>>(5);
}
// The variance is that of the distances to the mean: one of squares would have no digit left.
BOOST_AUTO_TEST_CASE(values_far_from_0) {
    check<LayerNorm, Image<48, 1, 20>>(2, 4000, 5e-4);
    check<LayerNorm, Vector<100>>(3, 4000, 5e-4);
    check<GroupNorm<2>, Image<8, 6, 6>>(2, 4000, 5e-4);
}
