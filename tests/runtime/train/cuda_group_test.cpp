// Processes that share a batch on GPUs compute what one computes that has all of it: the CUDA device under the
// emulator, a thread for each process.
#define BOOST_TEST_MODULE cuda_group
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "dsl/typenet.hpp"
#include "runtime/core/shard.hpp"
#include "runtime/cuda/device.hpp"
#include "runtime/model/model.hpp"
#include "tests/support/cuda_emulator/emulator.hpp"
#include "tests/support/group_outcome.hpp"
#include "tests/support/thread_group.hpp"

using namespace tn;
using cuda::Precision;
using tn_test::difference;
using tn_test::in_group;
using tn_test::Outcome;
template <Precision P> using Emulated = cuda::BasicDevice<test::Emulator, P>;

// Every kind of sum over a batch: blocks with BN, with z and of few channels, of odd sizes, with a stride, with a pool
// that leaves a row out, with several partial sums; a bias and no BN; BN by itself on an image, on a vector and where
// nothing before it is trained.
using Blocks = Net<Image<2, 9, 11>, Batch<7>,
                   Seq<BN, Conv<5, 3>, BN, Relu, Pool<2>, Conv<18, 3, Stride<2>>, BN, Relu, Conv<4, 3>, Relu, BN,
                       Dense<8>, BN, Relu, Dropout<50>, Dense<3>>,
                   SoftmaxCrossEntropy>;
using Large =
    Net<Image<1, 31, 33>, Batch<5>, Seq<Conv<3, 3>, BN, Relu, Pool<3, Stride<2>>, Dense<3>>, SoftmaxCrossEntropy>;
using Deep = Net<Image<1, 31, 33>, Batch<5>, Seq<Conv<4, 1>, Conv<3, 3>, BN, Relu, Pool<3, Stride<2>>, Dense<3>>,
                 SoftmaxCrossEntropy>;
using Vectors = Net<Vector<5>, Batch<7>, Seq<Dense<6>, BN, Sigmoid, Dense<4>, BN, Dense<3>>, SoftmaxCrossEntropy>;

namespace {

/// Values of a sample are normal numbers around `middle`, which is another one for every sample: a part of a batch has
/// another mean than the whole.
template <class N, Precision P> Outcome train_steps(ProcessGroup* group, int n, int steps, float middle) {
    Emulated<P> device;
    Model<N, Momentum, Emulated<P>> model(device, 3);
    device.join(group);
    const auto allocations = device.gpu().allocations();
    Outcome outcome;
    for (int step = 0; step < steps; ++step) {
        const Shard share = group ? shard_of(n, group->rank(), group->size()) : Shard{0, n, true};
        for (int i = 0; i < share.count; ++i) {
            const int sample = share.first + i;
            Random random(5, 1000, 100 * step + sample);
            for (std::size_t k = 0; k < N::input.size(); ++k)
                model.input()[i * N::input.size() + k] = middle + 0.3f * static_cast<float>(sample) + random.normal();
            model.labels()[i] = random.below(3);
        }
        outcome.add(model.train(share.count, Momentum{.rate = 0.01f}), n);
    }
    if (device.gpu().allocations() != allocations) throw Error("a step must not allocate");
    outcome.take_tensors(model);
    return outcome;
}

/// `tolerance` is of the gradients, by each tensor's largest; of losses and tensors a tenth.
template <class N, Precision P> void check_shared(int n, int size, double tolerance, int steps = 1, float middle = 0) {
    const Outcome alone = train_steps<N, P>(nullptr, n, steps, middle);
    std::vector<Outcome> all(size);
    in_group(size, [&](ProcessGroup& group) { all[group.rank()] = train_steps<N, P>(&group, n, steps, middle); });
    for (const Outcome& one : all) {
        BOOST_TEST_CONTEXT(n << " samples, " << size << " processes") {
            for (std::size_t i = 0; i < alone.losses.size(); ++i) {
                BOOST_TEST(std::abs(one.losses[i] - alone.losses[i]) < tolerance / 10 * alone.losses[i]);
                BOOST_TEST(one.correct[i] == alone.correct[i]);
            }
            BOOST_TEST(difference(alone.gradients, one.gradients, 1e-2) < tolerance);
            BOOST_TEST(difference(alone.tensors, one.tensors, 1e-2) < tolerance / 10);
            BOOST_TEST((one.tensors == all[0].tensors));  // the processes stay the same, bit for bit
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_shared_batch_has_the_loss_gradients_and_statistics_of_a_whole_one) {
    for (const int size : {1, 2, 3}) {
        for (const int n : {7, 5, 3}) {
            check_shared<Blocks, Precision::fp32>(n, size, 1e-4);
            check_shared<Vectors, Precision::fp32>(n, size, 1e-4);
        }
        check_shared<Large, Precision::fp32>(5, size, 1e-4);
        check_shared<Deep, Precision::fp32>(5, size, 1e-4);
    }
}

BOOST_AUTO_TEST_CASE(so_it_has_on_tensor_cores) {
    check_shared<Deep, Precision::tf32>(5, 2, 2e-3);
    check_shared<Deep, Precision::bf16>(5, 2, 1e-2);
}

BOOST_AUTO_TEST_CASE(several_steps_stay_together) { check_shared<Blocks, Precision::fp32>(7, 2, 1e-3, 4); }

// Values that lie far from 0 with small deviations: sums of squares in float would lose the variance.
BOOST_AUTO_TEST_CASE(the_variance_of_values_far_from_zero_is_kept) {
    using Far = Net<Vector<5>, Batch<7>, Seq<BN, Dense<3>>, SoftmaxCrossEntropy>;
    check_shared<Far, Precision::fp32>(7, 3, 1e-3, 1, 3000);
}
