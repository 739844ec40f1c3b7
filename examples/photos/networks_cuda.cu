#include "networks_on.hpp"
#include "runtime/cuda/backend.cuh"
#include "runtime/cuda/shared_backend.hpp"
#include "runtime/distributed/nccl_group.hpp"

namespace photos {

namespace {

template <cuda::Precision P> using Backend = cuda::SharedBackend<cuda::BackendOf<P>>;

/// Every process of a group takes the GPU of its number among those on its machine.
template <cuda::Precision P> class CudaNetworks : public NetworksOn<Backend<P>, 64, 256> {
public:
    CudaNetworks(const Machine& m, Group* group)
        : threads_(m.threads), backend_(group ? group->rank_here() : 0),
          group_(group ? cuda::nccl_group(*group, backend_.device().stream()) : nullptr) {}
    std::string describe() const override { return backend_.describe(); }
    int kernels() const override { return -1 - static_cast<int>(P); }
    Group* group() override { return group_.get(); }
    ThreadPool& threads() override { return threads_; }
    std::size_t free_bytes() const override { return cuda::free_bytes(); }

protected:
    Backend<P>& backend() override { return backend_; }

private:
    ThreadPool threads_;
    Backend<P> backend_;
    std::unique_ptr<Group> group_;
};

}  // namespace

std::string why_not_cuda(const Group* group) {
    if (!group) return cuda::why_not();
    if (const std::string reason = cuda::why_not_nccl(); !reason.empty()) return reason;
    const int gpus = cuda::device_count();
    if (gpus == 0) return cuda::why_not();
    if (const std::string reason = why_not_one_each(group->here(), gpus); !reason.empty()) return reason;
    return cuda::why_not(group->rank_here());
}

std::unique_ptr<Networks> open_cuda(const Machine& machine, Group* group) {
    switch (cuda::parse_precision(machine.precision)) {
        case cuda::Precision::tf32: return std::make_unique<CudaNetworks<cuda::Precision::tf32>>(machine, group);
        case cuda::Precision::bf16: return std::make_unique<CudaNetworks<cuda::Precision::bf16>>(machine, group);
        default: return std::make_unique<CudaNetworks<cuda::Precision::fp32>>(machine, group);
    }
}

}  // namespace photos
