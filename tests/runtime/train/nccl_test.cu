// Threads with a GPU each share a batch: as many as there are GPUs, at most three. One GPU alone still goes through
// NCCL.
#define BOOST_TEST_MODULE nccl
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "dsl/typenet.hpp"
#include "runtime/core/shard.hpp"
#include "runtime/cuda/device.cuh"
#include "runtime/model/model.hpp"
#include "runtime/train/nccl_group.hpp"
#include "tests/support/gpu_test.hpp"
#include "tests/support/thread_group.hpp"

using namespace tn;
using tn::test::NeedsGpu;

BOOST_TEST_GLOBAL_FIXTURE(NeedsGpu);

namespace {

// BN in a block, by itself on an image, and on a vector.
using Small = Net<Image<2, 9, 11>, Batch<8>,
                  Seq<Conv<5, 3>, BN, Relu, Pool<2>, Conv<4, 3>, Relu, BN, Dense<16>, BN, Sigmoid, Dense<3>>,
                  SoftmaxCrossEntropy>;
using Shared = cuda::Device;

/// What a step on the whole batch, of which this process has a part, leaves: loss, gradients, weights and statistics.
std::vector<float> trained(ProcessGroup* group, int gpu) {
    Shared device(gpu);
    const std::unique_ptr<ProcessGroup> joined = group ? cuda::nccl_group(*group, device.gpu().stream()) : nullptr;
    device.join(joined.get());
    Model<Small, SGD, Shared> model(device);
    const Shard share = group ? shard_of(8, group->rank(), group->size()) : Shard{0, 8, true};
    for (int i = 0; i < share.count; ++i) {
        Random random(2, 1000, share.first + i);
        for (std::size_t k = 0; k < Small::input.size(); ++k)
            model.input()[i * Small::input.size() + k] = random.normal();
        model.labels()[i] = (share.first + i) % 3;
    }
    std::vector<float> all{static_cast<float>(model.train(share.count, SGD{.rate = 0.1f}).loss)};
    for (const auto& t : model.tensors()) {
        all.insert(all.end(), t.values.begin(), t.values.end());
        if (!t.trained) continue;
        const auto g = model.gradient(t);
        all.insert(all.end(), g.begin(), g.end());
    }
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(processes_with_a_gpu_each_have_the_step_of_one) {
    const std::vector<float> alone = trained(nullptr, 0);
    for (int size = 1; size <= std::min(3, cuda::device_count()); ++size) {
        std::vector<std::vector<float>> shared(size);
        tn_test::in_group(size,
                          [&](ProcessGroup& group) { shared[group.rank()] = trained(&group, group.rank_here()); });
        for (const auto& one : shared) {
            BOOST_REQUIRE(one.size() == alone.size());
            for (std::size_t i = 0; i < alone.size(); ++i)
                BOOST_TEST(std::abs(one[i] - alone[i]) < 1e-4f * (1 + std::abs(alone[i])));
        }
    }
}
