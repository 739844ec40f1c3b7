// Average pooling by itself on the CPU: planes in parallel, a row of windows at a time.
#pragma once

#include "dsl/core/kernel.hpp"
#include "runtime/cpu/host_device.hpp"

namespace tn {

namespace cpu {
void average_pool_forward(Device& device, const Window& window, const Pass<float>& pass);
void average_pool_backward(Device& device, const Window& window, const Pass<float>& pass);
}  // namespace cpu

template <Operation Pool>
    requires(Pool.kind == Operation::average_pool)
struct KernelFor<cpu::Device, Pool> {
    static constexpr KernelInfo info(Shape) { return {"average pool", "planes in parallel, rows of windows"}; }
    template <Shape> static void forward(cpu::Device& device, const Pass<float>& p) {
        cpu::average_pool_forward(device, Pool.window, p);
    }
    template <Shape> static void backward(cpu::Device& device, const Pass<float>& p) {
        cpu::average_pool_backward(device, Pool.window, p);
    }
};

}  // namespace tn
