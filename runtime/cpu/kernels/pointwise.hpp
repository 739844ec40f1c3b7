// A pointwise function by itself on the CPU.
#pragma once

#include "dsl/core/kernel.hpp"
#include "runtime/cpu/host_device.hpp"
#include "runtime/cpu/kernels/formula.hpp"

namespace tn {

template <Operation Function>
    requires(Function.kind == Operation::pointwise && Function.function.fits())
struct KernelFor<cpu::Device, Function> {
    static constexpr KernelInfo info(Shape) { return {"pointwise", "vectors, generated from the formula"}; }

    template <Shape> static void forward(cpu::Device& device, const Pass<float>& p) {
        const cpu::FormulaLoops loops = cpu::formula_loops<Function.function>(device.isa());
        device.for_ranges(count(p), [&](int begin, int end) { loops.forward(p.x + begin, p.y + begin, end - begin); });
    }
    template <Shape> static void backward(cpu::Device& device, const Pass<float>& p) {
        const cpu::FormulaLoops loops = cpu::formula_loops<Function.function>(device.isa());
        device.for_ranges(count(p), [&](int begin, int end) {
            const float *x = p.x ? p.x + begin : nullptr, *y = p.y ? p.y + begin : nullptr;
            loops.backward(x, y, p.dy + begin, p.dx + begin, end - begin);
        });
    }

private:
    static int count(const Pass<float>& p) { return p.n * static_cast<int>(p.out.size()); }
};

}  // namespace tn
