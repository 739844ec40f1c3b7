// Host memory for what is copied to and from a device: a batch on its way in, results on their way out.
#pragma once

#include <cstddef>
#include <memory>

namespace tn {

/// Values in the memory of a device, and where the host reads and writes them: there itself, or in a copy of its own.
template <class V> struct Staged {
    V *device = nullptr, *host = nullptr;
};

/// Lays out the host's copies, one after another, in one allocation of the device.
template <class Device> class StagingBuffer {
public:
    StagingBuffer(Device& device, std::size_t bytes)
        : memory_(static_cast<std::byte*>(device.allocate_staging(bytes)), Release{&device}), next_(memory_.get()) {}

    /// Gives `count` values of the device their copy, of zeros; without one where the host uses the device's memory.
    template <class V> Staged<V> stage(V* values, std::size_t count) {
        if (!next_) return {values, values};
        V* host = reinterpret_cast<V*>(next_);
        std::uninitialized_fill_n(host, count, V(0));
        next_ += bytes_of<V>(count);
        return {values, host};
    }

    /// Room for `count` values, rounded so that what follows is aligned to 64 bytes.
    template <class V> static constexpr std::size_t bytes_of(std::size_t count) {
        return (count * sizeof(V) + 63) / 64 * 64;
    }

private:
    struct Release {
        Device* device;
        void operator()(std::byte* p) const { device->release_staging(p); }
    };
    std::unique_ptr<std::byte, Release> memory_;
    std::byte* next_;
};

}  // namespace tn
