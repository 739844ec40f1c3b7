// What a device keeps from step to step, with a copy of it on the host.
#pragma once

#include <cstddef>

#include "runtime/model/staging_buffer.hpp"

namespace tn {

/// `count` values in the memory of a device, and the host's copy, which is uploaded or downloaded as a whole when the
/// other side is about to use it. Where the host uses the device's memory the two are one.
template <class Device, class T> class MirroredBuffer {
public:
    MirroredBuffer(Device& device, T* values, std::size_t count)
        : device_(device),
          count_(count),
          memory_(device, StagingBuffer<Device>::template bytes_of<T>(count)),
          values_(memory_.stage(values, count)) {}

    /// The first value, as the host and as the passes reach it; these pointers never change.
    T* host() const { return values_.host; }
    T* device() const { return values_.device; }

    /// Waits for the passes, and lets the host read and write until upload(). Does nothing where it may already.
    void download() {
        if (on_host_) return;
        device_.download(values_.host, values_.device, count_);
        device_.wait();
        on_host_ = true;
    }

    /// Lets the passes go on with what the host has left; whether it may have changed something.
    bool upload() {
        const bool changed = on_host_;
        if (changed) device_.upload(values_.device, values_.host, count_);
        on_host_ = false;
        return changed;
    }

private:
    Device& device_;
    std::size_t count_;
    StagingBuffer<Device> memory_;
    Staged<T> values_;
    bool on_host_ = false;
};

}  // namespace tn
