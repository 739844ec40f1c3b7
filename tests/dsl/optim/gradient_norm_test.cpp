// The norm of all gradients and clipping by it: the formula, the same bits with any number of threads, and the same on
// every device.
#define BOOST_TEST_MODULE gradient_norm
#include "dsl/optim/gradient_norm.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "runtime/cpu/reference.hpp"
#include "runtime/cuda/device.hpp"
#include "tests/runtime/temporary_folder.hpp"
#include "tests/support/cuda_emulator/emulator.hpp"
#include "tests/support/layer_checker.hpp"

using namespace tn;
using namespace tn::test;

namespace {

using Emulated = cuda::BasicDevice<Emulator>;
using N =
    Net<Image<2, 9, 7>, Batch<4>, Seq<Conv<5, 3>, BN, Relu, Pool<2>, Dense<40>, Relu, Dense<3>>, SoftmaxCrossEntropy>;
constexpr double infinity = std::numeric_limits<double>::infinity();

template <class M> double norm_of(M& model) {
    double sum = 0;
    for (const auto& t : model.tensors())
        if (t.trained)
            for (const auto g : model.gradient(t)) sum += double{g} * double{g};
    return std::sqrt(sum);
}

template <class M> std::vector<float> weights(const M& model) {
    std::vector<float> all;
    for (const auto& t : model.tensors()) all.insert(all.end(), t.values.begin(), t.values.end());
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_factor_takes_the_norm_down_to_the_largest_one) {
    static_assert(clip_factor(8, 2) == 0.25f && clip_factor(2, 2) == 1 && clip_factor(1, 2) == 1);
    static_assert(clip_factor(8, 0) == 1 && clip_factor(0, 0) == 1 && clip_factor(0, 2) == 1);
    for (const float most : {0.0f, 2.0f})
        for (const double bad : {infinity, std::nan("")}) BOOST_TEST(clip_factor(bad, most) == 0);
}

BOOST_AUTO_TEST_CASE(parts_of_any_length_are_whole) {
    for (const std::size_t count : {0u, 1u, 7u, 255u, 257u, 5000u}) {
        std::vector<float> values(count);
        std::vector<double> sums(norm_parts, -1);
        Random random(1, 2);
        double wanted = 0, norm = 0;
        for (float& v : values) v = random.normal(), wanted += double{v} * double{v};
        const SumSquares<float> sum{values.data(), count, sums.data()};
        for (int part = 0; part < norm_parts; part += 7) sum(part, std::min(part + 7, norm_parts));
        float clip = 0;
        FinishNorm{sums.data(), 0.5f, &norm, &clip}(0, 1);
        BOOST_TEST(std::abs(norm - std::sqrt(wanted)) <= 1e-12 * std::sqrt(wanted));
        BOOST_TEST(clip == clip_factor(norm, 0.5f));
    }
}

template <class Device> void steps_are_clipped(Device& device) {
    using M = Model<N, SGD, Device>;
    M plain(device), clipped(device), wide(device);
    for (M* model : {&plain, &clipped, &wide}) fill<M, float>(*model, 4, 3);
    const double norm = norm_of((plain.gradients(4), plain));
    // The running statistics move the same way in all.
    clipped.gradients(4), wide.gradients(4);
    clipped.clip_gradients(static_cast<float>(norm / 4));
    wide.clip_gradients(static_cast<float>(norm * 1.001));
    const std::vector<float> before = weights(plain);
    const SGD sgd{.rate = 0.5f};
    for (M* model : {&plain, &clipped, &wide}) {
        const BatchResult r = model->train(4, sgd);
        BOOST_TEST(std::abs(r.gradient_norm - norm) < 1e-6 * norm);
        BOOST_TEST(model->evaluate(4).gradient_norm == 0);
    }
    BOOST_TEST((weights(wide) == weights(plain)));
    std::size_t at = 0, moved = 0;
    for (const auto& t : plain.tensors())
        for (std::size_t i = 0; i < t.values.size(); ++i, ++at) {
            if (!t.trained) continue;
            const float whole = weights(plain)[at] - before[at], quarter = weights(clipped)[at] - before[at];
            BOOST_TEST(std::abs(whole - 4 * quarter) < 1e-6f);
            moved += whole != 0;
        }
    BOOST_TEST(moved > 50u);
    clipped.clip_gradients(0);
    fill<M, float>(clipped, 4, 3), fill<M, float>(plain, 4, 3);
    for (std::size_t k = 0; k < plain.tensors().size(); ++k)
        std::ranges::copy(plain.tensors()[k].values, clipped.tensors()[k].values.begin());
    clipped.train(4, sgd), plain.train(4, sgd);
    BOOST_TEST((weights(clipped) == weights(plain)));
}

BOOST_AUTO_TEST_CASE(a_step_is_clipped_on_every_device) {
    cpu::Device cpu(2);
    cpu::Reference reference;
    Emulated emulated, apart;
    apart.gpu().keep_host_out();
    steps_are_clipped(cpu);
    steps_are_clipped(reference);
    steps_are_clipped(emulated);
    steps_are_clipped(apart);
}

BOOST_AUTO_TEST_CASE(the_bits_do_not_depend_on_threads_or_the_order_of_blocks) {
    const auto norm = []<class Device>(Device& device) {
        Model<N, Adam, Device> model(device);
        fill<decltype(model), float>(model, 4, 3);
        model.clip_gradients(0.1f);
        const double first = model.train(4, Adam{}).gradient_norm;
        return std::pair{first, weights(model)};
    };
    cpu::Device one(1), eight(8);
    const auto wanted = norm(one);
    BOOST_TEST((norm(eight) == wanted));
    Emulated forwards(0), backwards(1);
    const auto emulated = norm(forwards);
    BOOST_TEST((norm(backwards) == emulated));
    BOOST_TEST(std::abs(emulated.first - wanted.first) < 1e-5 * wanted.first);
}

BOOST_AUTO_TEST_CASE(a_largest_norm_that_is_none_is_refused) {
    cpu::Device device(1);
    Model<N, SGD> model(device);
    for (const float most : {-1.0f, std::nanf(""), HUGE_VALF})
        BOOST_TEST(tn_test::contains(tn_test::error_of([&] { model.clip_gradients(most); }),
                                     "the largest norm of the gradients must be over 0, or 0 for any, not "));
}
