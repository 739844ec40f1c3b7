// The norm of all gradients of a step, on the device, and what the host learns of it.
#pragma once

#include <memory>

#include "dsl/core/kernel.hpp"
#include "dsl/optim/gradient_norm.hpp"
#include "runtime/model/arena_layout.hpp"
#include "runtime/model/staging_buffer.hpp"

namespace tn {

/// Where the norm lies in the arena of a model that trains; another one has none. The device must outlive this.
template <class Layout, class Device, class T> class GradientNorm {
public:
    GradientNorm(Device& device, T* arena)
        : memory_(device, StagingBuffer<Device>::template bytes_of<double>(1)),
          gradients_(arena + Layout::gradients),
          sums_(reinterpret_cast<double*>(arena + Layout::norm_sums)),
          norm_(memory_.template stage<double>(reinterpret_cast<double*>(arena + Layout::norm), 1)),
          clip_(reinterpret_cast<float*>(arena + Layout::clip)) {
        if (!Layout::trains || norm_.host != norm_.device) return;
        // An arena of the host holds values of type T until objects of another type begin there.
        std::uninitialized_fill_n(sums_, norm_parts, 0.0);
        std::uninitialized_fill_n(norm_.device, 1, 0.0);
        std::uninitialized_fill_n(clip_, 1, 1.0f);
    }

    /// Leaves the norm of the gradients that are there, and the factor that limits it, on the device.
    void compute(Device& device) {
        using Kernel = GradientNormKernel<typename KernelDevice<Device>::type>;
        if constexpr (requires { sizeof(Kernel); }) {
            Kernel::run(device, Layout::parameter_span, gradients_, most, sums_, norm_.device, clip_);
        } else {
            device.for_ranges(norm_parts, SumSquares<T>{gradients_, Layout::parameter_span, sums_});
            device.for_ranges(1, FinishNorm{sums_, most, norm_.device, clip_});
        }
    }

    /// Begins to bring the norm to the host, where value() has it when the device is done.
    void download(Device& device) { device.download(norm_.host, norm_.device, 1); }
    double value() const { return *norm_.host; }

    const double* on_device() const { return norm_.device; }
    /// What the gradients are to be multiplied with; 0: the step must change nothing.
    const float* clip() const { return clip_; }

    float most = 0;  ///< the largest norm; 0: any

private:
    StagingBuffer<Device> memory_;
    const T* gradients_;
    double* sums_;
    Staged<double> norm_;
    float* clip_;
};

}  // namespace tn
