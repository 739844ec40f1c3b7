// Batch normalisation by itself, channel by channel: of a batch that is here, or that several processes share.
#pragma once

#include "dsl/core/kernel.hpp"
#include "runtime/cpu/host_device.hpp"

namespace tn {

namespace cpu {
/// In training with the mean and the variance of all processes' samples.
void batch_norm_forward(Device& device, const Pass<float>& pass, float epsilon, float momentum);
void batch_norm_infer(Device& device, const Pass<float>& pass, float epsilon);
/// dx from the sums over the whole batch, dgamma and dbeta of this process's samples.
void batch_norm_backward(Device& device, const Pass<float>& pass);
}  // namespace cpu

template <Operation Norm>
    requires(Norm.kind == Operation::batch_norm)
struct KernelFor<cpu::Device, Norm> {
    static constexpr KernelInfo info(Shape) { return {"batch norm", "channel by channel, sums in double"}; }
    template <Shape> static void forward(cpu::Device& device, const Pass<float>& p) {
        cpu::batch_norm_forward(device, p, Norm.epsilon, Norm.momentum);
    }
    template <Shape> static void infer(cpu::Device& device, const Pass<float>& p) {
        cpu::batch_norm_infer(device, p, Norm.epsilon);
    }
    template <Shape> static void backward(cpu::Device& device, const Pass<float>& p) {
        cpu::batch_norm_backward(device, p);
    }
};

}  // namespace tn
