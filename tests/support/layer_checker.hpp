// The generic checker of layers: any network is compared with central differences in double, with its fused and its
// unfused kernels, under watched memory and at several thread counts.
#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <vector>

#include "dsl/typenet.hpp"
#include "runtime/cpu/reference.hpp"
#include "runtime/model/model.hpp"
#include "tests/support/sanitized.hpp"
#include "tests/support/watch.hpp"

namespace tn::test {

template <class M, class T> void fill(M& model, int n, std::uint64_t seed) {
    Random random(seed, 1000);
    for (T& v : model.input()) v = static_cast<T>(random.normal());
    // Both are drawn, so that the weights do not depend on the loss.
    using N = typename M::network;
    std::vector<T> targets(N::output.size() * N::batch);
    std::vector<int> labels(LossTraits<typename N::loss>::labels(N::output) * N::batch);
    for (T& v : targets) v = static_cast<T>(random.uniform());
    for (int& label : labels) label = random.below(model.active_outputs());
    if constexpr (HasTargets<N>)
        model.set_targets(targets);
    else
        model.set_labels(labels);
    for (const auto& t : model.tensors())
        if (t.trained)
            for (T& v : t.values) v += static_cast<T>(0.1f * random.normal());
    (void)n;
}

/// Every parameter's and every input's gradient against (f(v + h) - f(v - h)) / 2h, in double. Kinks of max and ReLU
/// can spoil single values: at most 1 % of them, and the rest must agree to 1e-5 of the largest.
template <class N> void check_gradients(int n, std::uint64_t seed = 1) {
    cpu::Reference device;
    Model<N, SGD, cpu::Reference, double, Fusion::off, Purpose::input_gradient> model(device, seed);
    model.initialise(He{});  // far from where many values of a small network meet a kink
    fill<decltype(model), double>(model, n, seed);
    std::vector<std::vector<double>> states;
    const auto save = [&] {
        states.clear();
        for (const auto& t : model.tensors())
            if (!t.trained) states.emplace_back(t.values.begin(), t.values.end());
    };
    save();
    const std::vector<double> input(model.input().begin(), model.input().end());
    const auto loss = [&] {
        std::size_t k = 0;
        for (const auto& t : model.tensors())
            if (!t.trained) std::copy(states[k].begin(), states[k].end(), t.values.begin()), ++k;
        return model.gradients(n).loss / n;
    };
    loss();
    std::vector<std::vector<double>> gradients;
    for (const auto& t : model.tensors())
        gradients.emplace_back(t.trained ? std::vector<double>(model.gradient(t).begin(), model.gradient(t).end())
                                         : std::vector<double>{});
    const std::vector<double> dx(model.memory().input_gradient().begin(), model.memory().input_gradient().end());
    int checked = 0, wrong = 0;
    double largest = 1e-8;
    for (const auto& g : gradients)
        for (double v : g) largest = std::max(largest, std::abs(v));
    for (double v : dx) largest = std::max(largest, std::abs(v));
    const auto compare = [&](double& place, double original, double gradient, const auto& what) {
        const double h = 1e-5;
        place = original + h;
        const double up = loss();
        place = original - h;
        const double down = loss();
        place = original;
        ++checked;
        const double difference = (up - down) / (2 * h);
        if (!(std::abs(difference - gradient) <= 1e-5 * largest)) {
            ++wrong;
            BOOST_TEST_MESSAGE(what << ": backward " << gradient << ", difference " << difference);
        }
    };
    std::size_t tensor = 0;
    for (const auto& t : model.tensors()) {
        const std::size_t stride = std::max<std::size_t>(1, t.values.size() / 40);
        for (std::size_t i = 0; t.trained && i < t.values.size(); i += stride)
            compare(t.values[i], t.values[i], gradients[tensor][i], t.name);
        ++tensor;
    }
    const std::size_t used = N::input.size() * n, stride = std::max<std::size_t>(1, used / 60);
    for (std::size_t i = 0; i < used; i += stride) {
        const double original = input[i];
        model.input()[i] = original;
        compare(model.input()[i], original, dx[i], "input");
    }
    BOOST_TEST(checked > 0);
    BOOST_TEST(wrong * 100 <= checked, wrong << " of " << checked << " gradients are wrong");
}

/// Largest difference of two ranges over the largest value of the first, or over `least` if all are smaller.
template <class A, class B> double distance(const A& a, const B& b, double least = 1e-6) {
    double difference = 0, largest = least;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
        if (!std::isfinite(x) || !std::isfinite(y)) return 1e30;
        largest = std::max(largest, std::abs(x));
        difference = std::max(difference, std::abs(x - y));
    }
    return difference / largest;
}

/// What a step leaves: outputs, gradients and states.
struct Result {
    std::vector<std::vector<double>> values;
    std::vector<std::string> names;
};

template <class M> Result step(M& model, int n) {
    Result r;
    const auto keep = [&](const std::string& name, const auto& range) {
        r.names.push_back(name);
        r.values.emplace_back(range.begin(), range.end());
    };
    const BatchResult b = model.gradients(n);
    keep("loss", std::vector<double>{b.loss});
    for (const auto& t : model.tensors())
        if (t.trained)
            keep("gradient of " + t.name, model.gradient(t));
        else
            keep(t.name, t.values);
    if constexpr (requires { model.memory().input_gradient(); })
        keep("gradient of the input", model.memory().input_gradient().first(n * M::network::input.size()));
    keep("outputs", model.outputs(n, false));
    return r;
}

/// NaN wherever nothing was written: a value that is read before it is written spoils the result.
template <class M> void poison(M& model) {
    const std::span region = model.memory().planned_region();
    const std::vector<typename M::value> nan(region.size(), std::nanf(""));
    if constexpr (std::is_base_of_v<HostMemory, std::remove_reference_t<decltype(model.device())>>) {
        std::copy(nan.begin(), nan.end(), region.begin());
    } else {
        model.device().upload(region.data(), nan.data(), nan.size());
        model.device().wait();
    }
}

/// A step of the network in double by the reference mathematics, and the same step of other devices beside it. Nothing
/// may be read before it was written or written outside a buffer.
template <class N> class Comparison {
public:
    explicit Comparison(int n, double tolerance, std::uint64_t seed = 1);

    /// What the device gives from the same start.
    template <Fusion F, class Device> Result run(Device& device) {
        Model<N, SGD, Device, float, F> model(device, seed_);
        prepare(model);
        return step(model, n_);
    }

    /// The same under the watch.
    template <Fusion F, class Device> Result run_watched(Watched<Device>& device, const std::string& how) {
        using M = Model<N, SGD, Watched<Device>, float, F, Purpose::watched>;
        M model(device, seed_);
        prepare(model);
        Watch<N, F, M> watch(model);
        Result result = step(model, n_);
        BOOST_TEST(watch.steps() > 0);
        BOOST_TEST(watch.outside() == 0u, how << " writes outside its buffers");
        return result;
    }

    void agree(const Result& got, const std::string& how) const {
        BOOST_TEST(got.names.size() > 1);
        for (std::size_t k = 0; k < got.names.size(); ++k) {
            const std::size_t i = place(wanted_, got.names[k]);
            BOOST_REQUIRE_MESSAGE(i < wanted_.names.size(), how << " has " << got.names[k]);
            const double d = distance(wanted_.values[i], got.values[k], least());
            BOOST_TEST(d <= tolerance_, how << ": " << got.names[k] << " differs by " << d);
        }
    }

    /// Which of the results has this name; their number when none has.
    static std::size_t place(const Result& in, const std::string& name) {
        return std::find(in.names.begin(), in.names.end(), name) - in.names.begin();
    }
    const Result& wanted() const { return wanted_; }

    /// A thousandth of the largest gradient: one that is zero, as a bias's before a norm, is the rounding of a sum.
    double least() const {
        double largest = 0;
        for (std::size_t i = 0; i < wanted_.names.size(); ++i)
            if (wanted_.names[i].starts_with("gradient"))
                for (const double v : wanted_.values[i]) largest = std::max(largest, std::abs(v));
        return std::max(1e-6, 1e-3 * largest);
    }

private:
    using Exact = Model<N, SGD, Watched<cpu::Reference>, double, Fusion::off, Purpose::watched>;

    template <class M> void prepare(M& model) {
        poison(model);
        std::copy(input_.begin(), input_.end(), model.input().begin());
        if constexpr (HasTargets<N>)
            std::copy(exact_.targets().begin(), exact_.targets().end(), model.targets().begin());
        else
            model.set_labels(exact_.labels());
        for (const auto& t : model.tensors()) {
            std::size_t k = 0;
            while (exact_.tensors()[k].name != t.name) ++k;
            std::copy(start_[k].begin(), start_[k].end(), t.values.begin());
        }
    }

    int n_;
    double tolerance_;
    std::uint64_t seed_;
    Watched<cpu::Reference> reference_;
    Exact exact_;
    std::vector<double> input_;
    std::vector<std::vector<double>> start_;
    Result wanted_;
};

// Outside of the class: where another file has it (DECLARE_REFERENCE), it is not compiled again.
template <class N>
Comparison<N>::Comparison(int n, double tolerance, std::uint64_t seed)
    : n_(n), tolerance_(tolerance), seed_(seed), exact_(reference_, seed) {
    fill<Exact, double>(exact_, n, seed);
    // Values that float holds exactly, so that the comparison starts equal.
    for (double& v : exact_.input()) v = static_cast<float>(v);
    if constexpr (HasTargets<N>)
        for (double& v : exact_.targets()) v = static_cast<float>(v);
    for (const auto& t : exact_.tensors())
        for (double& v : t.values) v = static_cast<float>(v);
    for (const auto& t : exact_.tensors()) start_.emplace_back(t.values.begin(), t.values.end());
    const Index used = N::input.size() * n;
    input_.assign(exact_.input().begin(), exact_.input().begin() + used);
    std::fill(exact_.input().begin() + used, exact_.input().end(), std::nan(""));
    Watch<N, Fusion::off, Exact> watch(exact_);
    wanted_ = step(exact_, n);
    BOOST_TEST(watch.steps() > 0);
    BOOST_TEST(watch.outside() == 0u, "the reference mathematics write outside their buffers");
}

/// The float kernels, fused and not, at 1, 2 and 8 threads and on every instruction set, against the reference in
/// double: agreement to `tolerance`, the same bits at every thread count, nothing read before it was written and
/// nothing written outside a buffer.
template <class N> void check_kernels(int n, double tolerance = 2e-4, std::uint64_t seed = 1) {
    using C = Comparison<N>;
    C comparison(n, tolerance, seed);
    const auto run = [&](auto fusion, int threads, Isa isa) {
        cpu::Device device(threads, isa);
        return comparison.template run<fusion()>(device);
    };
    // What `b` has, it has to the bit as `a` does.
    const auto same_bits = [&](const Result& a, const Result& b, const std::string& how) {
        for (std::size_t k = 0; k < b.names.size(); ++k) {
            const std::size_t i = C::place(a, b.names[k]);
            BOOST_REQUIRE_MESSAGE(i < a.names.size(), how << " has " << b.names[k]);
            BOOST_TEST((a.values[i] == b.values[k]), how << " gives other bits of " << b.names[k]);
        }
    };
    // Under the watch the result is the same. The sanitizers watch by themselves.
    const auto agree_watched = [&](auto fusion, Isa isa, const Result& unwatched, const std::string& how) {
        comparison.agree(unwatched, how);
        if constexpr (!sanitized) {
            Watched<cpu::Device> device(2, isa);
            const Result guarded = comparison.template run_watched<fusion()>(device, name(isa));
            comparison.agree(guarded, how + " and watched");
            same_bits(guarded, unwatched, "unwatched, " + how);
        }
    };
    using On = std::integral_constant<Fusion, Fusion::on>;
    using Off = std::integral_constant<Fusion, Fusion::off>;
    for (Isa isa : {Isa::portable, Isa::avx2, Isa::avx512}) {
        if (!available(isa)) continue;
        const Result one = run(On{}, 1, isa);
        agree_watched(On{}, isa, one, std::string("fused, ") + name(isa));
        BOOST_TEST(one.names.size() + 1 == comparison.wanted().names.size());
        if constexpr (!sanitized) same_bits(one, run(On{}, 2, isa), "2 threads");
        same_bits(one, run(On{}, 8, isa), "8 threads");
    }
    const Result plain = run(Off{}, 1, best_isa());
    agree_watched(Off{}, best_isa(), plain, "unfused");
    same_bits(plain, run(Off{}, 8, best_isa()), "8 threads unfused");
}

/// The fused kernels of any device against the reference in double.
template <class N, class Device> void check_device(Device& device, int n, double tolerance = 2e-4) {
    Comparison<N> comparison(n, tolerance);
    comparison.agree(comparison.template run<Fusion::on>(device), "the device");
}

/// A value that is not a number reaches the loss, in training and in evaluation: this is how a trainer sees that
/// weights have diverged.
template <class N, class Device> void check_not_a_number(Device& device) {
    Model<N, SGD, Device> model(device);
    fill<decltype(model), float>(model, N::batch, 1);
    model.input()[0] = std::nanf("");
    BOOST_TEST(!std::isfinite(model.gradients(N::batch).loss), "training hides it");
    BOOST_TEST(!std::isfinite(model.evaluate(N::batch).loss), "evaluation hides it");
}

}  // namespace tn::test
