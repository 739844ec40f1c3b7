// What a device keeps from step to step, as the host sees it.
#pragma once

#include <cstddef>

#include "runtime/model/staging_buffer.hpp"

namespace tn {

/// `count` values of the device. On a device the host has a copy, which goes to and fro as a whole when the other side
/// is about to use it.
template <class Device, class T> class MirroredBuffer {
public:
    MirroredBuffer(Device& device, T* place, std::size_t count)
        : device_(device),
          count_(count),
          memory_(device, StagingBuffer<Device>::template bytes_of<T>(count)),
          values_(memory_.share(place, count)) {}

    /// Where the host and the passes find the first value; always the same places.
    T* host() const { return values_.host; }
    T* place() const { return values_.place; }

    /// Waits for the passes, and lets the host read and write until to_device().
    void to_host() {
        if (on_host_) return;
        device_.download(values_.host, values_.place, count_);
        device_.wait();
        on_host_ = true;
    }

    /// Lets the passes go on with what the host has left.
    void to_device() {
        if (on_host_) device_.upload(values_.place, values_.host, count_);
        on_host_ = false;
    }

private:
    Device& device_;
    std::size_t count_;
    StagingBuffer<Device> memory_;
    Staged<T> values_;
    bool on_host_ = false;
};

}  // namespace tn
