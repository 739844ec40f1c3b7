// Processes that share a batch compute what one computes that has all of it.
#define BOOST_TEST_MODULE group
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <dsl/typenet.hpp>
#include <mutex>
#include <runtime/model/model.hpp>
#include <runtime/train/trainer.hpp>

#include "tests/runtime/temporary_folder.hpp"
#include "tests/support/group_outcome.hpp"
#include "tests/support/quiet.hpp"
#include "tests/support/thread_group.hpp"

using namespace tn;
using namespace tn_test;

// Every kind of sum over a batch: a stem, a tiled and a direct convolution with BN, one with a bias and no BN, BN by
// itself on an image and on a vector, and the numbers of Dropout. The first convolution gives the stem one a dx.
using Small = Net<Image<3, 12, 12>, Batch<12>,
                  Seq<Conv<2, 1>, Conv<16, 3>, BN, Relu, Pool<2>, Conv<16, 3>, BN, Relu, Conv<5, 3, Stride<2>>, BN,
                      Relu, Conv<4, 3>, Relu, BN, Dense<8>, BN, Relu, Dropout<50>, Dense<3>>,
                  SoftmaxCrossEntropy>;
using SmallModel = Model<Small, Momentum>;

/// The samples [first, first + count) of a batch.
static void fill(SmallModel& model, int first, int count) {
    const std::size_t size = Small::input.size();
    for (int i = 0; i < count; ++i) {
        Random random(5, 1000, first + i);
        for (std::size_t k = 0; k < size; ++k) model.input()[i * size + k] = random.normal();
        model.labels()[i] = random.below(3);
    }
}

static Outcome train_steps(ProcessGroup* group, int n, int steps, float clip = 0) {
    cpu::Device device(1);
    SmallModel model(device, 3);
    model.label_smoothing(0.1f);
    model.clip_gradients(clip);
    device.join(group);
    Outcome outcome;
    for (int i = 0; i < steps; ++i) {
        const Shard share = group ? shard_of(n, group->rank(), group->size()) : Shard{0, n, true};
        fill(model, share.first, share.count);
        outcome.add(model.train(share.count, Momentum{.rate = 0.01f}), n);
    }
    outcome.take_tensors(model);
    return outcome;
}

BOOST_AUTO_TEST_CASE(a_shared_batch_has_the_loss_gradients_and_statistics_of_a_whole_one) {
    for (const int n : {12, 7}) {
        const Outcome alone = train_steps(nullptr, n, 1);
        for (const int size : {1, 2, 3, 5}) {
            std::vector<Outcome> all(size);
            in_group(size, [&](ProcessGroup& group) { all[group.rank()] = train_steps(&group, n, 1); });
            for (const Outcome& one : all) {
                BOOST_TEST(std::abs(one.losses[0] - alone.losses[0]) < 1e-5 * n);
                BOOST_TEST(one.correct[0] == alone.correct[0]);
                BOOST_TEST(difference(alone.gradients, one.gradients, 1e-3) < 1e-4);
                BOOST_TEST(difference(alone.tensors, one.tensors, 1e-3) < 1e-5);
                BOOST_TEST((one.tensors == all[0].tensors));  // the processes stay the same, bit for bit
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_clipped_is_the_norm_of_the_whole_batch) {
    const Outcome plain = train_steps(nullptr, 7, 1), alone = train_steps(nullptr, 7, 1, 0.1f);
    BOOST_TEST(difference(plain.tensors, alone.tensors, 1e-3) > 1e-3);
    std::vector<Outcome> all(3);
    in_group(3, [&](ProcessGroup& group) { all[group.rank()] = train_steps(&group, 7, 1, 0.1f); });
    for (const Outcome& one : all) {
        BOOST_TEST(difference(alone.tensors, one.tensors, 1e-3) < 1e-5);
        BOOST_TEST((one.tensors == all[0].tensors));
    }
}

BOOST_AUTO_TEST_CASE(many_steps_stay_together) {
    const Outcome alone = train_steps(nullptr, 11, 30);
    Outcome shared;
    in_group(2, [&](ProcessGroup& group) {
        const Outcome mine = train_steps(&group, 11, 30);
        if (group.rank() == 0) shared = mine;
    });
    for (std::size_t i = 0; i < 30; ++i)
        BOOST_TEST(std::abs(alone.losses[i] - shared.losses[i]) < 1e-3 * alone.losses[i]);
    BOOST_TEST(alone.losses.back() < alone.losses.front());
}

BOOST_AUTO_TEST_CASE(shares_cover_a_batch_and_differ_by_one_at_most) {
    for (int size = 1; size <= 7; ++size)
        for (int n = 1; n <= 40; ++n) {
            int next = 0;
            for (int rank = 0; rank < size; ++rank) {
                const Shard share = shard_of(n, rank, size);
                if (size == 1 || n < size) {
                    BOOST_TEST((share.alone && share.first == 0 && share.count == n));
                    next = n;
                    continue;
                }
                BOOST_TEST((!share.alone && share.first == next));
                BOOST_TEST((share.count == n / size || share.count == n / size + 1));
                next += share.count;
            }
            BOOST_TEST(next == n);
        }
}

namespace {

Pictures pictures(int count) {
    Pictures all;
    all.shape = {3, 12, 12};
    all.classes = {"a", "b", "c"};
    for (int i = 0; i < count; ++i) {
        all.labels.push_back(i % 3);
        for (std::size_t k = 0; k < all.shape.size(); ++k)
            all.pixels.push_back(static_cast<std::uint8_t>(60 * (i % 3) + (i * 31 + static_cast<int>(k) * 7) % 90));
    }
    return all;
}

std::vector<EpochResult> run(ProcessGroup* group, const Pictures& training, float alpha, int batch = 8) {
    cpu::Device device(1);
    SmallModel model(device, 3);
    TrainOptions o;
    o.batch = batch;
    o.epochs = 4;
    o.mixup = o.cutmix = alpha;  // every other batch
    o.group = group;
    Quiet quiet;
    return train(model, Momentum{.rate = 0.01f}, training, training, o, quiet.progress);
}

}  // namespace

// 25 pictures in batches of 8 leave one for the last batch of an epoch: fewer than there are processes.
BOOST_AUTO_TEST_CASE(a_run_by_several_has_the_curve_of_a_run_by_one) {
    const Pictures training = pictures(25);
    for (const float alpha : {0.0f, 0.4f}) {
        const auto alone = run(nullptr, training, alpha);
        std::vector<EpochResult> shared;
        in_group(3, [&](ProcessGroup& group) {
            const auto mine = run(&group, training, alpha);
            if (group.rank() == 2) shared = mine;
        });
        BOOST_REQUIRE(shared.size() == alone.size());
        for (std::size_t i = 0; i < alone.size(); ++i) {
            BOOST_TEST(std::abs(shared[i].train_loss - alone[i].train_loss) < 1e-3 * alone[i].train_loss);
            BOOST_TEST(std::abs(shared[i].test_loss - alone[i].test_loss) < 1e-2 * alone[i].test_loss);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_shared_is_refused_by_every_process) {
    std::mutex mutex;
    const auto refusals = [&](int size, const std::function<void(ProcessGroup&)>& f, const std::string& words) {
        int refused = 0;
        in_group(size, [&](ProcessGroup& group) {
            const std::string said = error_of([&] { f(group); });
            const std::lock_guard lock(mutex);
            refused += contains(said, words);
        });
        return refused == size;
    };
    const Pictures training = pictures(25), others = pictures(24);
    BOOST_TEST(refusals(
        3, [&](ProcessGroup& g) { run(&g, training, 0, 2); }, "a batch of 2 cannot be shared by 3 processes"));
    BOOST_TEST(refusals(
        2, [&](ProcessGroup& g) { run(&g, training, 0, 25); }, "each computes 1 to 12 of its samples"));
    BOOST_TEST(refusals(
        2, [&](ProcessGroup& g) { run(&g, g.rank() == 0 ? training : others, 0); },
        "do not train on the same samples"));
}
