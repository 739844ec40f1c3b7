#include "examples/photos/networks/judge.hpp"
#include "examples/photos/networks/known/colour_128.hpp"
#include "examples/photos/networks/known/grey_128.hpp"
#include "examples/photos/networks/network_on.hpp"
#include "examples/photos/networks/networks.hpp"
#include "runtime/cuda/device.cuh"
#include "runtime/train/graph_trainer.hpp"
#include "runtime/train/nccl_group.hpp"

namespace photos {

namespace {

template <cuda::Precision P> using Device = cuda::DeviceOf<P>;

/// Every process of a group takes the GPU whose number is its own among the processes on its machine.
template <cuda::Precision P> class CudaNetworks : public Networks {
public:
    CudaNetworks(const Machine& m, ProcessGroup* group)
        : threads_(m.threads),
          device_(group ? group->rank_here() : 0),
          group_(group ? cuda::nccl_group(*group, device_.gpu().stream()) : nullptr) {}
    std::string describe() const override { return device_.describe(); }
    int kernel_set() const override { return -1 - static_cast<int>(P); }
    ProcessGroup* group() override { return group_.get(); }
    ThreadPool& threads() override { return threads_; }
    std::size_t free_bytes() const override { return cuda::free_bytes(); }
    bool has(const KnownNetwork& network) const override {
        return network.name == Grey128::name || network.name == Colour128::name;
    }
    std::unique_ptr<NetworkModels> network(const KnownNetwork& network) override {
        if (network.name == Grey128::name) return std::make_unique<NetworkOn<Grey128, Device<P>>>(device_);
        if (network.name == Colour128::name) return std::make_unique<NetworkOn<Colour128, Device<P>>>(device_);
        throw Error("the network " + network.name + " runs on the CPU only: use --device cpu");
    }
    std::unique_ptr<JudgeModel> judge_model(std::uint64_t seed) override {
        return std::make_unique<ModelOn<Judge, Adam, Device<P>>>(device_, seed);
    }

private:
    ThreadPool threads_;
    Device<P> device_;
    std::unique_ptr<ProcessGroup> group_;
};

}  // namespace

std::string why_not_cuda(const ProcessGroup* group) {
    if (!group) return cuda::why_not();
    if (const std::string reason = cuda::why_not_nccl(); !reason.empty()) return reason;
    const int gpus = cuda::device_count();
    if (gpus == 0) return cuda::why_not();
    if (const std::string reason = why_not_one_each(group->here(), gpus); !reason.empty()) return reason;
    return cuda::why_not(group->rank_here());
}

std::unique_ptr<Networks> open_cuda_networks(const Machine& machine, ProcessGroup* group) {
    switch (cuda::parse_precision(machine.precision)) {
        case cuda::Precision::tf32: return std::make_unique<CudaNetworks<cuda::Precision::tf32>>(machine, group);
        case cuda::Precision::bf16: return std::make_unique<CudaNetworks<cuda::Precision::bf16>>(machine, group);
        default: return std::make_unique<CudaNetworks<cuda::Precision::fp32>>(machine, group);
    }
}

}  // namespace photos
