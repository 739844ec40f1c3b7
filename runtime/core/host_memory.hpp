// Where a model's memory lies. A backend says so with the functions below; those that run on the host take this.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>

namespace tn {

/// Passes and callers use the same memory, so there is nothing to send, to fetch or to wait for. A backend with a
/// device of its own has the same functions (runtime/cuda/backend.hpp).
class HostMemory {
public:
    /// The arena: zeros, aligned to 64 bytes, readable by the host whenever no pass runs.
    void* allocate(std::size_t bytes) {
        return std::memset(::operator new(bytes, std::align_val_t{64}), 0, bytes);
    }
    void release(void* p) noexcept { ::operator delete(p, std::align_val_t{64}); }

    /// Memory of the host for batches on their way to the device and results on their way back; null: not needed,
    /// callers use the arena.
    void* allocate_exchange(std::size_t) { return nullptr; }
    void release_exchange(void*) noexcept {}

    /// Copies `count` values to, or from, the arena, in order with the passes.
    template <class V> void send(V*, const V*, std::size_t) {}
    template <class V> void fetch(V*, const V*, std::size_t) {}

    /// Returns when every pass and copy so far is done.
    void wait() {}
};

}  // namespace tn
