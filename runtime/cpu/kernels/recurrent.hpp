// GRU and LSTM on the CPU.
#pragma once

#include <algorithm>
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
    static constexpr KernelInfo info(Shape) {
        return {"recurrent", "vectors over the gates' rows; training: 8 samples at a time"};
    }
    static constexpr std::size_t saved(Shape in, int batch) { return cpu::RecurrentSaved(plan(in), batch).floats; }
    static constexpr std::size_t work(Shape in, int batch) {
        return std::max(cpu::RecurrentWork(plan(in), batch).floats, cpu::RecurrentForwardWork(plan(in)).floats);
    }
    static constexpr std::size_t backward_work(Shape in, int batch) {
        return cpu::RecurrentBackwardWork(plan(in), batch).floats;
    }

    template <Shape In> static void infer(cpu::Device& device, const Pass<float>& p) {
        cpu::recurrent_kernels(device.isa())
            .infer(device.threads(), plan(In),
                   {p.n, p.x, p.parameter[0], p.parameter[1], p.parameter[2], p.parameter[3], p.y, p.work,
                    sigmoid(device), tanh(device)});
    }
    template <Shape In> static void forward(cpu::Device& device, const Pass<float>& p) {
        cpu::recurrent_kernels(device.isa()).forward(device.threads(), plan(In), training(device, p));
    }
    template <Shape In> static void backward(cpu::Device& device, const Pass<float>& p) {
        cpu::recurrent_kernels(device.isa()).backward(device.threads(), plan(In), training(device, p));
    }

private:
    static constexpr cpu::RecurrentPlan plan(Shape in) {
        return {in.channels, Recurrent.features, in.width, Recurrent.kind == Operation::lstm, Recurrent.last};
    }
    static const cpu::FormulaLoops& sigmoid(const cpu::Device& device) {
        return cpu::formula_loops<functions::sigmoid>(device.isa());
    }
    static const cpu::FormulaLoops& tanh(const cpu::Device& device) {
        return cpu::formula_loops<functions::tanh>(device.isa());
    }
    static cpu::RecurrentTraining training(const cpu::Device& device, const Pass<float>& p) {
        return {p.n,           p.x,     p.parameter[0], p.parameter[1],  p.parameter[2], p.parameter[3],
                p.dy,          p.y,     p.dx,           p.gradient[0],   p.gradient[1],  p.gradient[2],
                p.gradient[3], p.saved, p.work,         sigmoid(device), tanh(device)};
    }
};

}  // namespace tn
