#include "network.hpp"
#include "runtime/cuda/device.cuh"
#include "runtime/train/graph_trainer.hpp"

namespace digits {

namespace {

template <cuda::Precision P> std::unique_ptr<DigitsModel> open(std::uint64_t seed) {
    using Device = cuda::DeviceOf<P>;
    return std::make_unique<ModelWithDevice<Digits, Adam, Device>>(std::make_unique<Device>(), seed);
}

}  // namespace

std::string why_not_cuda() { return cuda::why_not(); }

std::unique_ptr<DigitsModel> open_cuda(const std::string& precision, std::uint64_t seed) {
    switch (cuda::parse_precision(precision)) {
        case cuda::Precision::tf32: return open<cuda::Precision::tf32>(seed);
        case cuda::Precision::bf16: return open<cuda::Precision::bf16>(seed);
        default: return open<cuda::Precision::fp32>(seed);
    }
}

}  // namespace digits
