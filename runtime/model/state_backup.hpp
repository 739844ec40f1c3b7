// The states of a model as they were before a training step.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace tn {

/// A copy on the host of values in the memory of a device. Allocates at construction only.
template <class Device, class T> class StateBackup {
public:
    StateBackup(Device& device, std::span<T> states)
        : device_(device),
          states_(states),
          staging_(static_cast<T*>(device.allocate_staging(states.size_bytes())), Release{&device}),
          copy_(staging_ ? 0 : states.size()) {}

    /// In order with the passes.
    void save() {
        if (staging_)
            device_.download(staging_.get(), states_.data(), states_.size());
        else
            std::copy(states_.begin(), states_.end(), copy_.begin());
    }
    void restore() {
        if (staging_)
            device_.upload(states_.data(), staging_.get(), states_.size());
        else
            std::copy(copy_.begin(), copy_.end(), states_.begin());
    }

private:
    struct Release {
        Device* device;
        void operator()(T* p) const { device->release_staging(p); }
    };
    Device& device_;
    std::span<T> states_;
    std::unique_ptr<T, Release> staging_;
    std::vector<T> copy_;  ///< where the host reaches the states themselves
};

}  // namespace tn
