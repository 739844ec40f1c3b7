// GRU and LSTM on the CPU: at inference by vectors; in training by their reference mathematics.
#pragma once

#include <algorithm>

#include "dsl/core/functions.hpp"
#include "dsl/core/kernel.hpp"
#include "dsl/layers/gru.hpp"
#include "dsl/layers/lstm.hpp"
#include "dsl/net/execute.hpp"
#include "runtime/cpu/host_device.hpp"
#include "runtime/cpu/kernels/formula.hpp"
#include "runtime/cpu/recurrent.hpp"

namespace tn {

template <Operation Recurrent>
    requires(Recurrent.kind == Operation::gru || Recurrent.kind == Operation::lstm)
struct KernelFor<cpu::Device, Recurrent> {
    static constexpr KernelInfo info(Shape) { return {"recurrent", "inference: vectors over the gates' rows"}; }
    static constexpr std::size_t work(Shape in, int batch) {
        return std::max(Layer::work(in, batch), static_cast<std::size_t>(cpu::RecurrentWork(plan(in), batch).floats));
    }

    template <Shape> static void forward(cpu::Device& device, const Pass<float>& p) {
        device.for_ranges(part_count<Layer>(p), ForwardPart<Layer, float>{p});
    }
    template <Shape In> static void infer(cpu::Device& device, const Pass<float>& p) {
        cpu::infer_recurrent(device.isa())(
            device.threads(), plan(In),
            {p.n, p.x, p.parameter[0], p.parameter[1], p.parameter[2], p.parameter[3], p.y, p.work,
             cpu::formula_loops<functions::sigmoid>(device.isa()), cpu::formula_loops<functions::tanh>(device.isa())});
    }
    template <Shape> static void backward(cpu::Device& device, const Pass<float>& p) {
        device.for_ranges(part_count<Layer>(p), BackwardPart<Layer, float>{p});
        device.for_ranges(Layer::gradient_parts(p.in), GradientPart<Layer, float>{p});
    }

private:
    template <class... Options>
    using LayerOf = std::conditional_t<Recurrent.kind == Operation::gru, GRU<Recurrent.features, Options...>,
                                       LSTM<Recurrent.features, Options...>>;
    using Layer = typename std::conditional_t<Recurrent.last, Type<LayerOf<Last>>, Type<LayerOf<>>>::type;

    static constexpr cpu::RecurrentPlan plan(Shape in) {
        return {in.channels, Recurrent.features, in.width, Recurrent.kind == Operation::lstm, Recurrent.last};
    }
};

}  // namespace tn
