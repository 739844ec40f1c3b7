// ReLU with the dropout behind it: a thread for every value.
#pragma once

#include "dsl/core/kernel.hpp"
#include "dsl/fusions/relu_dropout.hpp"
#include "dsl/net/execute.hpp"
#include "runtime/cuda/gpu_device.hpp"

namespace tn {

template <class Gpu, cuda::Precision P, Operation Relu, Operation Dropout>
    requires(fusions::ReluDropout::pattern::is<Relu, Dropout>())
struct KernelFor<cuda::BasicDevice<Gpu, P>, Relu, Dropout> {
    static constexpr KernelInfo info(Shape) { return {"fused", "one pass over the values"}; }
    template <Shape> static void forward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        device.for_ranges(part_count<Values>(p), ForwardPart<Values, float>{p});
    }
    template <Shape> static void backward(cuda::BasicDevice<Gpu, P>& device, const Pass<float>& p) {
        device.for_ranges(part_count<Values>(p), BackwardPart<Values, float>{p});
    }

private:
    using Values = fusions::ReluDropoutValues<Relu, Dropout>;
};

}  // namespace tn
