// Dropout, and ReLU with the dropout behind it: one pass over the values.
#pragma once

#include "dsl/core/kernel.hpp"
#include "dsl/fusions/relu_dropout.hpp"
#include "dsl/net/execute.hpp"
#include "runtime/cpu/host_device.hpp"

namespace tn {

/// Its own mathematics are all that there is to do.
template <Operation Drop>
    requires(Drop.kind == Operation::dropout)
struct KernelFor<cpu::Device, Drop> {
    static constexpr KernelInfo info(Shape) { return {"dropout", "one pass over the values"}; }
};

template <Operation Relu, Operation Dropout>
    requires(fusions::ReluDropout::pattern::is<Relu, Dropout>())
struct KernelFor<cpu::Device, Relu, Dropout> {
    static constexpr KernelInfo info(Shape) { return {"fused", "one pass over the values"}; }
    template <Shape> static void forward(cpu::Device& device, const Pass<float>& p) {
        device.for_ranges(part_count<Values>(p), ForwardPart<Values, float>{p});
    }
    template <Shape> static void backward(cpu::Device& device, const Pass<float>& p) {
        device.for_ranges(part_count<Values>(p), BackwardPart<Values, float>{p});
    }

private:
    using Values = fusions::ReluDropoutValues<Relu, Dropout>;
};

}  // namespace tn
