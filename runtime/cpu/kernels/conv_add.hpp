// The end of a residual's branch on the CPU: the block of convolution and normalisation, then, in its place, the
// addition with the function behind it.
#pragma once

#include <algorithm>
#include <cstddef>

#include "dsl/core/kernel.hpp"
#include "dsl/fusions/conv_add.hpp"
#include "dsl/net/execute.hpp"
#include "runtime/cpu/host_device.hpp"
#include "runtime/cpu/kernels/conv_block.hpp"
#include "runtime/cpu/kernels/formula.hpp"
#include "runtime/cpu/vector_loops.hpp"

namespace tn {

template <Operation Conv, Operation Norm, Operation... Behind>
    requires(fusions::ConvAdd::pattern::is<Conv, Norm, Behind...>() && fusions::ConvBlock::has_geometry<Conv>() &&
             fusions::ConvAdd::is_plain_sum<Behind...>())
struct KernelFor<cpu::Device, Conv, Norm, Behind...> : cpu::ChannelsLastInference<Conv, Norm> {
    static constexpr KernelInfo info(Shape in) { return {"fused with the addition", Block::info(in).name}; }
    static constexpr std::size_t saved(Shape in, int batch) { return Block::saved(in, batch); }
    static constexpr std::size_t work(Shape in, int batch) { return Block::work(in, batch); }
    static constexpr std::size_t backward_work(Shape in, int batch) { return Block::backward_work(in, batch); }
    static constexpr bool adds_gradients = true;

    template <Shape In> static void forward(cpu::Device& device, const Pass<float>& p) {
        Block::template forward<In>(device, p);
        device.for_ranges(part_count<Add>(p), ForwardPart<Add, float>{p});
    }
    template <Shape In> static void infer(cpu::Device& device, const Pass<float>& p) {
        Block::template infer<In>(device, p);
        device.for_ranges(part_count<Add>(p), ForwardPart<Add, float>{p});
    }
    template <Shape In> static void backward(cpu::Device& device, const Pass<float>& p) {
        const Pass<float> of_branch = fusions::with_gradient_of_sum(p);
        device.for_ranges(part_count<Add>(p), BackwardPart<Add, float>{of_branch});
        Block::template backward<In>(device, fusions::behind_sum(of_branch));
    }

    template <Shape In, Sides Last> static void infer_channels_last(cpu::Device& device, const Pass<float>& p) {
        if constexpr (Last.y) {
            KernelFor::channels_last_block(In).infer(device, Last, p, {p.xs[1], (is_relu(Behind) || ...)});
        } else {
            Block::template infer_channels_last<In, Last>(device, p);
            device.for_ranges(part_count<Add>(p), ForwardPart<Add, float>{p});
        }
    }

private:
    using Block = KernelFor<cpu::Device, Conv, Norm>;
    using Add = fusions::AddBranch<(is_relu(Behind) || ...)>;
};

/// The same with any other function behind the sum, which is kept where the function is differentiated from it.
template <Operation Conv, Operation Norm, Operation... Behind>
    requires(fusions::ConvAdd::pattern::is<Conv, Norm, Behind...>() && fusions::ConvBlock::has_geometry<Conv>() &&
             !fusions::ConvAdd::is_plain_sum<Behind...>())
struct KernelFor<cpu::Device, Conv, Norm, Behind...> : cpu::ChannelsLastInference<Conv, Norm> {
    static constexpr KernelInfo info(Shape in) { return {"fused with the addition", Block::info(in).name}; }
    static constexpr std::size_t saved(Shape in, int batch) {
        return Block::saved(in, batch) + (keeps_sum ? batch * Block::geometry(in).y_size() : 0);
    }
    static constexpr std::size_t work(Shape in, int batch) { return Block::work(in, batch); }
    static constexpr std::size_t backward_work(Shape in, int batch) { return Block::backward_work(in, batch); }
    static constexpr bool adds_gradients = true;

    template <Shape In> static void forward(cpu::Device& device, const Pass<float>& p) {
        Block::template forward<In>(device, p);
        add(device, p, keeps_sum ? p.saved + Block::saved(In, p.n) : p.y);
    }
    template <Shape In> static void infer(cpu::Device& device, const Pass<float>& p) {
        Block::template infer<In>(device, p);
        add(device, p, p.y);
    }
    template <Shape In> static void backward(cpu::Device& device, const Pass<float>& p) {
        const Pass<float> of_branch = fusions::with_gradient_of_sum(p);
        const float* sum = keeps_sum ? p.saved + Block::saved(In, p.n) : nullptr;
        const cpu::FormulaLoops loops = cpu::formula_loops<function>(device.isa());
        device.for_ranges(count(p), [&](int begin, int end) {
            loops.backward(sum ? sum + begin : nullptr, p.y ? p.y + begin : nullptr, p.dy + begin,
                           of_branch.dxs[1] + begin, end - begin);
        });
        Block::template backward<In>(device, fusions::behind_sum(of_branch));
    }

    template <Shape In, Sides Last> static void infer_channels_last(cpu::Device& device, const Pass<float>& p) {
        Block::template infer_channels_last<In, Last>(device, p);
        add(device, p, p.y);
    }

private:
    using Block = KernelFor<cpu::Device, Conv, Norm>;
    static constexpr Expression function = fusions::ConvAdd::function<Behind...>().function;
    static constexpr bool keeps_sum = fusions::ConvAdd::keeps_sum<Behind...>();

    static int count(const Pass<float>& p) { return p.n * static_cast<int>(p.out.size()); }

    __attribute__((TN_VECTOR_LOOP)) static void add_values(const float* a, const float* b, float* sum, int count) {
        TN_INDEPENDENT for (int i = 0; i < count; ++i) sum[i] = a[i] + b[i];
    }

    /// y = the function of y + the other branch, which goes to `sum` first.
    static void add(cpu::Device& device, const Pass<float>& p, float* sum) {
        const cpu::FormulaLoops loops = cpu::formula_loops<function>(device.isa());
        device.for_ranges(count(p), [&](int begin, int end) {
            constexpr int piece = 2048;  // in the L1 cache from the sum to the function
            for (int first = begin; first < end; first += piece) {
                const int values = std::min(piece, end - first);
                add_values(p.y + first, p.xs[1] + first, sum + first, values);
                loops.forward(sum + first, p.y + first, values);
            }
        });
    }
};

}  // namespace tn
