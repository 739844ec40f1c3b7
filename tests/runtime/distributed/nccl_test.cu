// Threads with a GPU each share a batch: as many as there are GPUs, at most two. One GPU alone still goes through NCCL.
#define BOOST_TEST_MODULE nccl
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "dsl/typenet.hpp"
#include "runtime/cuda/backend.cuh"
#include "runtime/distributed/nccl_group.hpp"
#include "runtime/distributed/share.hpp"
#include "runtime/train/model.hpp"
#include "tests/support/gpu_test.hpp"
#include "tests/support/thread_group.hpp"

using namespace tn;
using tn::test::NeedsGpu;

BOOST_TEST_GLOBAL_FIXTURE(NeedsGpu);

namespace {

using Small = Net<Vector<6>, Batch<8>, Seq<Dense<16>, Sigmoid, Dense<3>>, SoftmaxCrossEntropy>;
using Shared = cuda::SharedBackend<cuda::Backend>;

/// The gradients of the whole batch, of which this process has a part.
std::vector<float> gradients(Group* group, int device) {
    Shared backend(device);
    std::unique_ptr<cuda::NcclGroup> joined;
    if (group) joined = std::make_unique<cuda::NcclGroup>(*group, backend.device().stream());
    backend.join(joined.get());
    Model<Small, SGD, Shared> model(backend);
    const Share share = group ? share_of(8, group->rank(), group->size()) : Share{0, 8, true};
    for (int i = 0; i < share.count; ++i) {
        Random random(2, 1000, static_cast<std::uint64_t>(share.first + i));
        for (std::size_t k = 0; k < 6; ++k) model.input()[static_cast<std::size_t>(i) * 6 + k] = random.normal();
        model.labels()[static_cast<std::size_t>(i)] = (share.first + i) % 3;
    }
    model.gradients(share.count);
    std::vector<float> all;
    for (const auto& t : model.tensors()) {
        const auto g = model.gradient(t);
        all.insert(all.end(), g.begin(), g.end());
    }
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(processes_with_a_gpu_each_have_the_gradients_of_one) {
    const std::vector<float> alone = gradients(nullptr, 0);
    for (int size = 1; size <= std::min(2, cuda::device_count()); ++size) {
        std::vector<std::vector<float>> shared(static_cast<std::size_t>(size));
        tn_test::in_group(size, [&](Group& group) {
            shared[static_cast<std::size_t>(group.rank())] = gradients(&group, group.rank());
        });
        for (const auto& one : shared)
            for (std::size_t i = 0; i < alone.size(); ++i) BOOST_TEST(std::abs(one[i] - alone[i]) < 1e-5f);
    }
}
