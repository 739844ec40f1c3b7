// Networks within a budget: what is computed again gives the same bits, in less memory and nowhere else.
#define BOOST_TEST_MODULE within
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "runtime/cpu/reference.hpp"
#include "tests/support/cuda_emulator/check_kernels.hpp"
#include "tests/support/layer_checker.hpp"

using namespace tn;
using namespace tn::test;

namespace {

struct Tower;

/// Blocks that are fused, with sums, a concatenation and a norm whose statistics move.
using Block = Seq<Residual<Conv<16, 3>, BN, Relu, Conv<16, 3>, BN>, Relu>;
using Convolutions = Seq<Conv<16, 3>, BN, Relu, Block, Block, Conv<16, 3>, BN, Relu, Pool<2>, Conv<16, 3>, BN, Relu,
                         Concat<Seq<>, Seq<BN, Relu, Conv<8, 3>>>, Dropout<30>, Conv<8, 1>, Silu, Pool<3, Stride<2>>,
                         Dense<9>, BN, Relu, Dense<3>>;

/// What computes in place, is used twice, is frozen, and branches that multiply.
using Structures =
    Seq<Conv<8, 3>, Relu, Dropout<20>, Sigmoid, Frozen<Conv<8, 3>, BN, Relu>, Shared<Tower, Conv<8, 3>, BN, Relu>,
        Residual<Shared<Tower, Conv<8, 3>, BN, Relu>>, Relu, Multiply<Conv<8, 1>, Sigmoid>, LayerNorm, Gelu, Relu6,
        Conv<4, 3, Stride<2>>, Tanh, AvgPool<2>, Attention<2>, Dense<3>>;

constexpr int batch = 12;
template <class Body, class Budget = Unlimited>
using Trained = Net<Image<2, 18, 17>, Batch<batch>, Body, SoftmaxCrossEntropy, Budget>;

/// So many percent of the arena that the network has without a budget.
template <class Body, Fusion F, Purpose For, class Device, int Percent>
using Budget = Within<Trained<Body>::template arena_values<F, For, 0, Device> * sizeof(float) / 100 * Percent>;

/// Under the sanitizers, which take long, there is one.
template <class M> std::vector<Result> some_steps(M& model) {
    std::vector<Result> results;
    for (int i = 0; i < (sanitized ? 1 : 3); ++i) {
        fill<M, typename M::value>(model, M::batch(), 5 + i);
        model.step(i);
        results.push_back(step(model, M::batch()));
    }
    return results;
}

void same(const std::vector<Result>& a, const std::vector<Result>& b) {
    BOOST_REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        BOOST_REQUIRE(a[i].names == b[i].names);
        for (std::size_t k = 0; k < a[i].names.size(); ++k)
            BOOST_TEST((a[i].values[k] == b[i].values[k]), "other bits of " << a[i].names[k] << " in step " << i);
    }
}

template <class Body, Fusion F, class T, int Percent, class Device> void check(Device& device) {
    using Small = Trained<Body, Budget<Body, F, Purpose::train, Device, Percent>>;
    using Planned = typename Small::template schedule<F, Purpose::train, Device>::planned;
    static_assert(Planned::fits && Planned::planner::extra_work > 0 && Planned::planner::extra_work < 0.4);
    static_assert(Small::template arena_values<F, Purpose::train, 0, Device> * sizeof(float) <= Small::budget::bytes);
    Model<Trained<Body>, SGD, Device, T, F> plain(device);
    Model<Small, SGD, Device, T, F> small(device);
    poison(small);
    same(some_steps(plain), some_steps(small));
}

/// The same with room around every buffer: nothing is read before it is written or written outside.
template <class Body, Fusion F, class T, int Percent, class Device> void check_watched(Watched<Device>& device) {
    using Small = Trained<Body, Budget<Body, F, Purpose::watched, Device, Percent>>;
    using Planned = typename Small::template schedule<F, Purpose::watched, Watched<Device>>::planned;
    static_assert(Planned::fits && Planned::planner::extra_work > 0);
    using M = Model<Small, SGD, Watched<Device>, T, F, Purpose::watched>;
    Device unwatched;
    Model<Trained<Body>, SGD, Device, T, F, Purpose::input_gradient> plain(unwatched);
    const std::vector<Result> wanted = some_steps(plain);
    M small(device);
    Watch<Small, F, M> watch(small);
    same(wanted, some_steps(small));
    BOOST_TEST(watch.outside() == 0u);
}

}  // namespace

BOOST_AUTO_TEST_CASE(fused_blocks_run_again) {
    cpu::Device device(2);
    check<Convolutions, Fusion::on, float, 93>(device);
}

BOOST_AUTO_TEST_CASE(layers_by_themselves_run_again) {
    cpu::Reference device;
    check<Convolutions, Fusion::off, double, 70>(device);
    check<Structures, Fusion::off, double, 75>(device);
}

BOOST_AUTO_TEST_CASE(nothing_is_read_before_it_is_written) {
    if constexpr (!sanitized) {  // those watch by themselves
        Watched<cpu::Reference> device;
        check_watched<Convolutions, Fusion::off, double, 70>(device);
        check_watched<Structures, Fusion::off, double, 75>(device);
    }
}

BOOST_AUTO_TEST_CASE(a_gpu_runs_again) {
    using Few = Seq<Conv<16, 3>, BN, Relu, Block, Conv<16, 3>, BN, Relu, Dropout<30>, Dense<3>>;
    using Plain = Net<Image<2, 9, 8>, Batch<5>, Few, SoftmaxCrossEntropy>;
    constexpr std::size_t bytes = Plain::memory_curve<SGD, Emulated>[memory_points - 1].bytes;
    using Small = Net<Image<2, 9, 8>, Batch<5>, Few, SoftmaxCrossEntropy, Within<bytes>>;
    static_assert(Small::schedule<Fusion::on, Purpose::train, Emulated>::planned::planner::extra_work > 0);
    Emulated device;
    Model<Plain, SGD, Emulated> plain(device);
    Model<Small, SGD, Emulated> small(device);
    poison(small);
    same(some_steps(plain), some_steps(small));
}

BOOST_AUTO_TEST_CASE(what_is_frozen_in_front_has_its_own_statistics_in_the_second_run) {
    using N = Trained<Seq<Frozen<Conv<4, 3>, BN, Relu>, Conv<4, 3>, BN, Dense<3>>>;
    using Schedule = N::schedule<Fusion::off, Purpose::train, cpu::Reference>;
    constexpr auto& program = Schedule::program;
    constexpr auto plan = [] {
        Segments<program.node_capacity> all;
        for (int& segment : all.of) segment = 1;
        return make_planner<true>(program, N::batch, Purpose::train, all).placed(1, 1).plan();
    }();
    constexpr int frozen_norm = 1, trained_norm = 4;
    static_assert(program.node[frozen_norm].at_inference && plan.runs_again[frozen_norm]);
    static_assert(plan.spare_states[frozen_norm] == nowhere, "it reads them");
    static_assert(!program.node[trained_norm].at_inference && plan.runs_again[trained_norm]);
    static_assert(plan.spare_states[trained_norm] != nowhere, "it would move them twice");
}

BOOST_AUTO_TEST_CASE(what_fits_is_kept) {
    using Plain = Trained<Convolutions>;
    using Large = Trained<Convolutions, Within<Plain::train_bytes<Adam>>>;
    static_assert(Large::train_bytes<Adam> == Plain::train_bytes<Adam>);
    static_assert(Large::schedule<Fusion::on, Purpose::train, cpu::Device, 2>::planned::planner::extra_work == 0);
    static_assert(Large::infer_bytes == Plain::infer_bytes);
    // An optimizer that keeps less leaves more for what would be computed again.
    static_assert(Large::train_bytes<SGD> == Plain::train_bytes<SGD>);
}

BOOST_AUTO_TEST_CASE(the_budget_is_an_argument_beside_the_initialiser) {
    using One = Net<Vector<4>, Batch<2>, Seq<Dense<3>>, SoftmaxCrossEntropy, He, Within<1_MiB>>;
    using Other = Net<Vector<4>, Batch<2>, Seq<Dense<3>>, SoftmaxCrossEntropy, Within<1_MiB>>;
    static_assert(std::is_same_v<One::initialiser, He> && std::is_same_v<Other::initialiser, Auto>);
    static_assert(One::budget::bytes == 1048576 && Other::budget::bytes == 1048576);
    BOOST_TEST(One::description() == Other::description());
}
