// The memory of a model: one arena on its device, allocated at construction, and the host's copies of what it reaches.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "runtime/core/error.hpp"
#include "runtime/model/arena_layout.hpp"
#include "runtime/model/batch_buffers.hpp"
#include "runtime/model/mirrored_buffer.hpp"
#include "runtime/model/tensors.hpp"

namespace tn {

/// Device memory in which a training step finds its batch and its number, and leaves every sample's result and what it
/// has changed.
template <class T> struct DevicePointers {
    T* input;                      ///< [batch][input]
    int* labels;                   ///< [batch]
    std::uint64_t* step;           ///< counted from 0
    const T* losses;               ///< [batch]
    const unsigned char* correct;  ///< [batch], 1 where the prediction is right
    std::span<T> parameters;       ///< those that are trained
    std::span<T> states;           ///< and frozen parameters
};

/// What a device keeps of a model. The host has copies of the tensors and of the batch, unless the device's memory is
/// the host's. The device must outlive this.
template <class Layout, class Device, class T> class ModelMemory {
    using N = typename Layout::network;

public:
    explicit ModelMemory(Device& device)
        : device_(device),
          arena_(static_cast<T*>(device.allocate(Layout::size * sizeof(T))), Release{&device}),
          persistent_(device, arena_.get(), Layout::planned),
          batch_(device, arena_.get()),
          tensors_(list_tensors<Layout>(persistent_.host())) {}

    /// What the host reads and writes until upload(): every parameter and state, a parameter's gradient, and state k
    /// that the optimizer keeps of it. Throws Error where there is none.
    std::span<const Tensor<T>> tensors() const {
        persistent_.download();
        return tensors_;
    }
    /// Their list, without a download of what the device has changed.
    std::span<const Tensor<T>> tensor_list() const { return tensors_; }
    std::span<T> gradient(const Tensor<T>& t) const {
        if (!Layout::trains || !t.trained) throw Error("'" + t.name + "' has no gradient here");
        return behind(t, Layout::gradients);
    }
    std::span<T> optimizer_state(const Tensor<T>& t, int k) const {
        if (!Layout::trains || !t.trained || k < 0 || k >= Layout::optimizer_states)
            throw Error("the optimizer keeps no state " + std::to_string(k) + " of '" + t.name + "'");
        return behind(t, Layout::optimizer_state(k));
    }
    /// What a model that trains has of its optimizer, for all parameters.
    std::span<T> optimizer_states() const
        requires(Layout::trains)
    {
        persistent_.download();
        return {persistent_.host() + Layout::optimizer_state(0), Layout::states - Layout::optimizer_state(0)};
    }

    /// Takes what the other one keeps from step to step, and the weights of classes.
    void copy(const ModelMemory& other) {
        other.persistent_.download();
        persistent_.download();
        std::copy_n(other.persistent_.host(), Layout::planned, persistent_.host());
        batch_.upload_weights(device_, batch_.class_weights, {other.batch_.class_weights.host, Layout::channels});
        batch_.upload_weights(device_, batch_.positive_weights, {other.batch_.positive_weights.host, Layout::channels});
    }

    /// Gives the device what the host may have changed of these, and says whether it may have. Comes before every pass.
    bool upload() { return persistent_.upload(); }

    BatchBuffers<Layout, Device, T>& batch() { return batch_; }
    const BatchBuffers<Layout, Device, T>& batch() const { return batch_; }

    // Memory of the device, which the host reaches only where it is its own.
    T* arena_begin() const { return arena_.get(); }
    DevicePointers<T> device_pointers() const {
        return {batch_.input.device,
                batch_.labels.device,
                batch_.step_number.device,
                batch_.losses.device,
                batch_.correct.device,
                {arena_.get(), Layout::parameter_span},
                {arena_.get() + Layout::states, N::state_span + N::frozen_span}};
    }
    std::span<T> on_device(const Tensor<T>& t) const {
        return {arena_.get() + (t.values.data() - persistent_.host()), t.values.size()};
    }
    std::span<T> gradient_on_device(const Tensor<T>& t) const {
        return {on_device(t).data() + Layout::gradients, t.values.size()};
    }

    // The same for tests, which wait for the passes: all of it, the part whose contents matter only within a step, and
    // the gradient of the network's input.
    std::span<T> arena() const {
        device_.wait();
        return {arena_.get(), Layout::size};
    }
    std::span<T> planned_region() const { return arena().subspan(Layout::planned, Layout::schedule::plan.size); }
    std::span<T> input_gradient() const
        requires(Layout::has_input_gradient)
    {
        return planned_region().subspan(Layout::schedule::plan.gradient[0], N::input.size() * N::batch);
    }

private:
    struct Release {
        Device* device;
        void operator()(T* p) const { device->release(p); }
    };

    /// What the host has `offset` values behind a tensor.
    std::span<T> behind(const Tensor<T>& t, std::size_t offset) const {
        persistent_.download();
        return {t.values.data() + offset, t.values.size()};
    }

    Device& device_;
    std::unique_ptr<T, Release> arena_;
    mutable MirroredBuffer<Device, T> persistent_;  ///< parameters, gradients, the optimizer's states, states
    BatchBuffers<Layout, Device, T> batch_;
    std::vector<Tensor<T>> tensors_;
};

}  // namespace tn
