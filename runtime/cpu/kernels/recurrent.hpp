// GRU and LSTM on the CPU: at inference by vectors; in training by their reference mathematics.
#pragma once

#include <cstddef>

#include "dsl/core/functions.hpp"
#include "dsl/core/kernel.hpp"
#include "runtime/cpu/host_device.hpp"
#include "runtime/cpu/kernels/formula.hpp"
#include "runtime/cpu/recurrent.hpp"

namespace tn {

template <Operation Recurrent>
    requires(Recurrent.kind == Operation::gru || Recurrent.kind == Operation::lstm)
struct KernelFor<cpu::Device, Recurrent> {
    static constexpr KernelInfo info(Shape) { return {"recurrent", "inference: vectors over the gates' rows"}; }
    static constexpr std::size_t work(Shape in, int batch) { return cpu::RecurrentWork(plan(in), batch).floats; }

    template <Shape In> static void infer(cpu::Device& device, const Pass<float>& p) {
        cpu::infer_recurrent(device.isa())(
            device.threads(), plan(In),
            {p.n, p.x, p.parameter[0], p.parameter[1], p.parameter[2], p.parameter[3], p.y, p.work,
             cpu::formula_loops<functions::sigmoid>(device.isa()), cpu::formula_loops<functions::tanh>(device.isa())});
    }

private:
    static constexpr cpu::RecurrentPlan plan(Shape in) {
        return {in.channels, Recurrent.features, in.width, Recurrent.kind == Operation::lstm, Recurrent.last};
    }
};

}  // namespace tn
