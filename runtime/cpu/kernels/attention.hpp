// Attention on the CPU: products of matrices, a head at a time.
#pragma once

#include <cstddef>

#include "dsl/core/kernel.hpp"
#include "runtime/cpu/attention.hpp"
#include "runtime/cpu/exponential.hpp"
#include "runtime/cpu/host_device.hpp"

namespace tn {

template <Operation Attention>
    requires(Attention.kind == Operation::attention)
struct KernelFor<cpu::Device, Attention> {
    static constexpr KernelInfo info(Shape) { return {"attention", "products of matrices, a head at a time"}; }
    static constexpr std::size_t saved(Shape in, int batch) { return cpu::AttentionSaved(plan(in), batch).floats; }
    static constexpr std::size_t work(Shape in, int batch) { return cpu::AttentionWork(plan(in), batch).floats; }

    template <Shape In> static void forward(cpu::Device& device, const Pass<float>& p) {
        cpu::attention_kernels(device.isa()).forward(device.threads(), plan(In), pass(device, p, p.saved));
    }
    template <Shape In> static void infer(cpu::Device& device, const Pass<float>& p) {
        cpu::attention_kernels(device.isa()).forward(device.threads(), plan(In), pass(device, p, nullptr));
    }
    template <Shape In> static void backward(cpu::Device& device, const Pass<float>& p) {
        cpu::attention_kernels(device.isa()).backward(device.threads(), plan(In), pass(device, p, p.saved));
    }

private:
    static constexpr int out = Attention.bias ? 2 : 1;  ///< where the parameters of the last projection begin

    static constexpr cpu::AttentionPlan plan(Shape in) {
        return {in.channels, static_cast<int>(in.plane()), Attention.heads};
    }
    static cpu::AttentionPass pass(const cpu::Device& device, const Pass<float>& p, float* saved) {
        const auto bias = [](const auto& all, int k) { return Attention.bias ? all[k] : nullptr; };
        return {p.n,
                p.x,
                p.parameter[0],
                bias(p.parameter, 1),
                p.parameter[out],
                bias(p.parameter, out + 1),
                p.dy,
                p.y,
                p.dx,
                p.gradient[0],
                bias(p.gradient, 1),
                p.gradient[out],
                bias(p.gradient, out + 1),
                saved,
                p.work,
                cpu::exponential(device.isa())};
    }
};

}  // namespace tn
