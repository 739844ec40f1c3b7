// Batch normalisation with a function of one value behind it, plane by plane: of a batch that is here, or that several
// processes share.
#pragma once

#include "dsl/core/kernel.hpp"
#include "dsl/fusions/norm_block.hpp"
#include "runtime/cpu/host_device.hpp"
#include "runtime/cpu/kernels/formula.hpp"
#include "runtime/cpu/planes.hpp"

namespace tn {

template <Operation Norm, Operation... Behind>
    requires(fusions::NormBlock::pattern::is<Norm, Behind...>())
struct KernelFor<cpu::Device, Norm, Behind...> {
    static constexpr BlockGeometry geometry(Shape in) { return fusions::NormBlock::geometry<Behind...>(in); }

    static constexpr KernelInfo info(Shape) {
        return {sizeof...(Behind) > 0 ? "fused, batch norm" : "batch norm", "vectors over the values of a channel"};
    }
    static constexpr std::size_t saved(Shape in, int) { return cpu::SavedStatistics::floats(in.channels); }
    static constexpr std::size_t work(Shape in, int batch) {
        return cpu::PlaneWork(cpu::PlanePlan(geometry(in)), batch, false).floats;
    }

    template <Shape In> static void forward(cpu::Device& device, const Pass<float>& p) {
        cpu::plane_kernels(device.isa())
            .norm_forward(device.threads(), cpu::plane_plan<geometry(In)>,
                          {p.n, p.x, nullptr, nullptr, p.parameter[0], p.parameter[1], p.y, p.saved, p.work, p.state[0],
                           p.state[1], Norm.momentum, Norm.epsilon, device.group()},
                          function(device));
    }
    template <Shape In> static void infer(cpu::Device& device, const Pass<float>& p) {
        cpu::plane_kernels(device.isa())
            .norm_infer(device.threads(), cpu::plane_plan<geometry(In)>,
                        {p.n, p.x, nullptr, nullptr, p.parameter[0], p.parameter[1], p.state[0], p.state[1],
                         Norm.epsilon, p.y, p.work},
                        function(device));
    }
    template <Shape In> static void backward(cpu::Device& device, const Pass<float>& p) {
        cpu::plane_kernels(device.isa())
            .norm_backward(device.threads(), cpu::plane_plan<geometry(In)>,
                           {p.n, p.x, nullptr, p.parameter[0], p.parameter[1], p.dy, p.saved, p.dx, nullptr, nullptr,
                            p.gradient[0], p.gradient[1], p.work, device.group()},
                           fusions::NormBlock::reads<Norm, Behind...>.y ? p.y : nullptr, function(device));
    }

private:
    /// Null where there is none besides the block's rectifier.
    static const cpu::FormulaLoops* function([[maybe_unused]] const cpu::Device& device) {
        if constexpr (sizeof...(Behind) > 0 && !(is_rectifier(Behind) || ...))
            return &cpu::formula_loops<Behind.function...>(device.isa());
        return nullptr;
    }
};

}  // namespace tn
