// GRU and LSTM in training by their kernels against the reference in double: batches of several slices, units that fill
// vectors in part, at every instruction set and thread count.
#define BOOST_TEST_MODULE recurrent
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "dsl/layers/gru.hpp"
#include "dsl/layers/lstm.hpp"
#include "dsl/net/execute.hpp"
#include "runtime/core/random.hpp"
#include "runtime/cpu/device.hpp"

using namespace tn;

namespace {

template <class T> using Values = std::vector<T>;

/// What a training step's passes read and give.
template <class T> struct Step {
    Values<T> x, dy, y, dx, saved, work;
    std::vector<Values<T>> parameter, gradient;
    Pass<T> pass;

    template <class L, Shape In> void set(int n, std::size_t saved_count, std::size_t work_count) {
        Random random(3, 7);
        const auto drawn = [&](Index count, double deviation) {
            Values<T> v(count);
            for (T& value : v) value = static_cast<float>(deviation * random.normal());
            return v;
        };
        constexpr Shape out = L::output(In).out;
        constexpr Parameters parameters = L::parameters(In);
        x = drawn(n * In.size(), 1);
        dy = drawn(n * out.size(), 1);
        y.assign(n * out.size(), std::nan(""));
        dx.assign(n * In.size(), std::nan(""));
        saved.assign(saved_count, std::nan(""));
        work.assign(work_count, std::nan(""));
        for (int k = 0; k < parameters.count; ++k) {
            parameter.push_back(drawn(parameters.item[k].size(), 0.3));
            gradient.emplace_back(parameters.item[k].size(), std::nan(""));
        }
        pass.n = pass.end = n;
        pass.in = In, pass.out = out;
        pass.training = true;
        pass.x = x.data(), pass.dy = dy.data(), pass.y = y.data(), pass.dx = dx.data();
        pass.saved = saved.data(), pass.work = work.data();
        for (int k = 0; k < parameters.count; ++k)
            pass.parameter[k] = parameter[k].data(), pass.gradient[k] = gradient[k].data();
    }
    std::vector<Values<T>> given() const {
        std::vector<Values<T>> all{y, dx};
        all.insert(all.end(), gradient.begin(), gradient.end());
        return all;
    }
};

double apart(const Values<double>& a, const Values<float>& b) {
    double difference = 0, largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (!std::isfinite(b[i])) return 1e30;
        difference = std::max(difference, std::abs(a[i] - double{b[i]}));
        largest = std::max(largest, std::abs(a[i]));
    }
    return difference / std::max(largest, 1e-6);  // of one position the gradient of the hidden weight is 0
}

template <class L, Shape In> void check(int n) {
    using K = KernelOf<cpu::Device, L>;
    static_assert(detail::has_forward<K, cpu::Device> && detail::has_backward<K, cpu::Device>);
    Step<double> exact;
    exact.set<L, In>(n, L::saved(In, n), L::work(In, n));
    L::forward(exact.pass), L::backward(exact.pass);
    exact.pass.end = L::gradient_parts(In);
    L::gradients(exact.pass);
    const auto wanted = exact.given();
    for (const Isa isa : {Isa::portable, Isa::avx2, Isa::avx512}) {
        if (!available(isa)) continue;
        std::vector<Values<float>> first;
        for (const int threads : {1, 3}) {
            cpu::Device device(threads, isa);
            Step<float> step;
            step.set<L, In>(n, K::saved(In, n), std::max(K::work(In, n), K::backward_work(In, n)));
            run_forward<L, In>(device, step.pass);
            std::fill(step.work.begin(), step.work.end(), std::nanf(""));
            run_backward<L, In>(device, step.pass);
            const auto got = step.given();
            BOOST_TEST_CONTEXT(L::name().string() << ", " << n << " samples, " << name(isa))
            for (std::size_t k = 0; k < wanted.size(); ++k)
                BOOST_TEST(apart(wanted[k], got[k]) < 2e-5, "of tensor " << k << ": " << apart(wanted[k], got[k]));
            if (first.empty()) first = got;
            BOOST_TEST((first == got));
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_gru_of_several_slices) {
    check<GRU<5>, Signal<3, 7>>(19);
    check<GRU<33>, Signal<2, 4>>(9);
    check<GRU<6, Last>, Signal<4, 5>>(140);
}
BOOST_AUTO_TEST_CASE(an_lstm_of_several_slices) {
    check<LSTM<5>, Signal<3, 7>>(19);
    check<LSTM<33>, Signal<18, 3>>(9);
    check<LSTM<6, Last>, Signal<4, 5>>(140);
}
BOOST_AUTO_TEST_CASE(one_position_has_no_state_before_it) {
    check<GRU<17>, Signal<3, 1>>(3);
    check<LSTM<17>, Signal<3, 1>>(3);
}
