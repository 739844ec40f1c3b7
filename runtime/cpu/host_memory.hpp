// Where a model's memory lies. A device says so with the functions below; those that run on the host take this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace tn {

/// Executor and callers use the same memory, so there is nothing to send, to fetch or to wait for. A device with a
/// device of its own has the same functions (runtime/cuda/device.hpp).
class HostMemory {
public:
    /// The arena: zeros, aligned to 64 bytes. Only passes, upload() and download() reach that of a device. calloc gives
    /// memory that the system takes only when it is touched: the scratch of threads that there are not costs nothing.
    void* allocate(std::size_t bytes) {
        constexpr std::size_t alignment = 64;
        auto* whole = static_cast<std::byte*>(std::calloc(bytes + 2 * alignment, 1));
        if (!whole) throw std::bad_alloc();
        std::byte* place = whole + 2 * alignment - reinterpret_cast<std::uintptr_t>(whole) % alignment;
        std::memcpy(place - alignment, &whole, sizeof whole);
        return place;
    }
    void release(void* place) noexcept {
        if (!place) return;
        void* whole = nullptr;
        std::memcpy(&whole, static_cast<std::byte*>(place) - 64, sizeof whole);
        std::free(whole);
    }

    /// Memory of the host for batches on their way to the device and results on their way back; null: not needed,
    /// callers use the arena.
    void* allocate_staging(std::size_t) { return nullptr; }
    void release_staging(void*) noexcept {}

    /// Copies `count` values to, or from, the arena, in order with the passes.
    template <class V> void upload(V*, const V*, std::size_t) {}
    template <class V> void download(V*, const V*, std::size_t) {}

    /// Returns when every pass and copy so far is done.
    void wait() {}
};

}  // namespace tn
