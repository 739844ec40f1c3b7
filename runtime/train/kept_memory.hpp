// What a device keeps from step to step, as the host sees it.
#pragma once

#include <cstddef>

#include "runtime/train/exchange.hpp"

namespace tn {

/// `count` values of the backend. On a device the host has a copy, which goes to and fro as a whole when the other side
/// is about to use it.
template <class Backend, class T> class KeptMemory {
public:
    KeptMemory(Backend& backend, T* place, std::size_t count)
        : backend_(backend), count_(count), memory_(backend, Exchange<Backend>::template bytes_of<T>(count)),
          values_(memory_.share(place, count)) {}

    /// Where the host and the passes find the first value; always the same places.
    T* host() const { return values_.host; }
    T* place() const { return values_.place; }

    /// Waits for the passes, and lets the host read and write until to_device().
    void to_host() {
        if (on_host_) return;
        backend_.fetch(values_.host, values_.place, count_);
        backend_.wait();
        on_host_ = true;
    }

    /// Lets the passes go on with what the host has left.
    void to_device() {
        if (on_host_) backend_.send(values_.place, values_.host, count_);
        on_host_ = false;
    }

private:
    Backend& backend_;
    std::size_t count_;
    Exchange<Backend> memory_;
    Exchanged<T> values_;
    bool on_host_ = false;
};

}  // namespace tn
