#include "networks_on.hpp"
#include "runtime/cuda/backend.cuh"

namespace photos {

namespace {

template <cuda::Precision P> class CudaNetworks : public NetworksOn<cuda::BackendOf<P>, 64, 256> {
public:
    explicit CudaNetworks(const Machine& m) : threads_(m.threads) {}
    std::string describe() const override { return backend_.describe(); }
    int kernels() const override { return -1 - static_cast<int>(P); }
    ThreadPool& threads() override { return threads_; }
    std::size_t free_bytes() const override { return cuda::free_bytes(); }

protected:
    cuda::BackendOf<P>& backend() override { return backend_; }

private:
    ThreadPool threads_;
    cuda::BackendOf<P> backend_;
};

}  // namespace

std::string why_not_cuda() { return cuda::why_not(); }

std::unique_ptr<Networks> open_cuda(const Machine& machine) {
    switch (cuda::parse_precision(machine.precision)) {
        case cuda::Precision::tf32: return std::make_unique<CudaNetworks<cuda::Precision::tf32>>(machine);
        case cuda::Precision::bf16: return std::make_unique<CudaNetworks<cuda::Precision::bf16>>(machine);
        default: return std::make_unique<CudaNetworks<cuda::Precision::fp32>>(machine);
    }
}

}  // namespace photos
