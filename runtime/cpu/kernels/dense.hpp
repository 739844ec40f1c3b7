// Dense products through OpenBLAS, cut into parts of fixed size, so that the bits do not depend on the threads.
#pragma once

#include "dsl/core/kernel.hpp"
#include "runtime/cpu/host_device.hpp"

namespace tn {

namespace cpu {
void dense_forward(Device& device, const Pass<float>& pass);
void dense_backward(Device& device, const Pass<float>& pass);
}  // namespace cpu

template <Operation Dense>
    requires(Dense.kind == Operation::dense)
struct KernelFor<cpu::Device, Dense> {
    static constexpr KernelInfo info(Shape) { return {"sgemm", "one image: sgemv"}; }
    template <Shape> static void forward(cpu::Device& device, const Pass<float>& p) { cpu::dense_forward(device, p); }
    template <Shape> static void backward(cpu::Device& device, const Pass<float>& p) { cpu::dense_backward(device, p); }
};

}  // namespace tn
