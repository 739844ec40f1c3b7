// What a model keeps from step to step, as the host sees it.
#pragma once

#include <cstddef>

#include "runtime/train/exchange.hpp"

namespace tn {

/// The front of the arena: parameters, gradients, the optimizer's memory and states. On a device the host has a copy,
/// which goes to and fro as a whole when the other side is about to use it.
template <class Layout, class Backend, class T> class KeptMemory {
    static constexpr std::size_t count = Layout::planned;

public:
    KeptMemory(Backend& backend, T* arena)
        : backend_(backend), memory_(backend, Exchange<Backend>::template bytes_of<T>(count)),
          values_(memory_.share(arena, count)) {}

    /// Where the host finds the arena's first value; always the same place.
    T* host() const { return values_.host; }

    /// Waits for the passes, and lets the host read and write until to_device().
    void to_host() {
        if (on_host_) return;
        backend_.fetch(values_.host, values_.place, count);
        backend_.wait();
        on_host_ = true;
    }

    /// Lets the passes go on with what the host has left.
    void to_device() {
        if (on_host_) backend_.send(values_.place, values_.host, count);
        on_host_ = false;
    }

private:
    Backend& backend_;
    Exchange<Backend> memory_;
    Exchanged<T> values_;
    bool on_host_ = false;
};

}  // namespace tn
