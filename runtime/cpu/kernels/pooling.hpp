// Pooling by itself on the CPU, by largest values or by means: plane by plane, windows of one step and up to 256 taps.
// Of largest values a byte each is kept for backward, the tap that was taken.
#pragma once

#include "dsl/core/kernel.hpp"
#include "dsl/fusions/conv_block.hpp"
#include "runtime/cpu/channels_last/passes.hpp"
#include "runtime/cpu/host_device.hpp"
#include "runtime/cpu/planes.hpp"

namespace tn {

template <Operation Pool>
    requires((Pool.kind == Operation::max_pool || Pool.kind == Operation::average_pool) &&
             fusions::ConvBlock::has_margins(Pool.window) && Pool.window.taps() <= cpu::max_taps)
struct KernelFor<cpu::Device, Pool> {
    /// A block whose convolution has the pool's window.
    static constexpr BlockGeometry geometry(Shape in) {
        const Window& w = Pool.window;
        return {{in.channels, in.height, in.width, in.channels, w.kernel_h, w.kernel_w, w.stride_h, w.pad.top,
                 w.pad.bottom - w.pad.top},
                false,
                false,
                false};
    }

    static constexpr KernelInfo info(Shape) { return {"pooling", "vectors over the windows of a plane"}; }
    static constexpr std::size_t saved(Shape in, int batch) {
        return largest ? cpu::PoolSaved(cpu::PlanePlan(geometry(in)), batch).floats : 0;
    }
    static constexpr std::size_t work(Shape in, int batch) {
        return cpu::PlaneWork(cpu::PlanePlan(geometry(in)), batch).floats;
    }

    template <Shape In> static void forward(cpu::Device& device, const Pass<float>& p) {
        run_forward<In>(device, p, largest ? reinterpret_cast<unsigned char*>(p.saved) : nullptr);
    }
    template <Shape In> static void infer(cpu::Device& device, const Pass<float>& p) {
        run_forward<In>(device, p, nullptr);
    }
    template <Shape In> static void backward(cpu::Device& device, const Pass<float>& p) {
        if (!p.dx) return;
        cpu::plane_kernels(device.isa())
            .pool_backward(
                device.threads(), cpu::plane_plan<geometry(In)>,
                {p.n, largest, nullptr, nullptr, reinterpret_cast<unsigned char*>(p.saved), p.dy, p.dx, p.work});
    }

    static constexpr ChannelsLast channels_last(Shape) { return ChannelsLast::follows; }
    static constexpr std::size_t channels_last_work(Shape, int, Sides) { return 0; }
    template <Shape In, Sides> static void infer_channels_last(cpu::Device& device, const Pass<float>& p) {
        cpu::channels_last_kernels(device.isa()).pool(device.threads(), {p.n, geometry(In).conv, largest, p.x, p.y});
    }

private:
    static constexpr bool largest = Pool.kind == Operation::max_pool;

    template <Shape In> static void run_forward(cpu::Device& device, const Pass<float>& p, unsigned char* argmax) {
        cpu::plane_kernels(device.isa())
            .pool_forward(device.threads(), cpu::plane_plan<geometry(In)>,
                          {p.n, largest, p.x, p.y, argmax, nullptr, nullptr, p.work});
    }
};

}  // namespace tn
