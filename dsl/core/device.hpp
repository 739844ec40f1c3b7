// What a device is: a processor with memory of its own, or the host's, on which networks run. HACKING.md tells how to
// add one; runtime/cpu and runtime/cuda have the two that there are.
#pragma once

#include <concepts>
#include <cstddef>

namespace tn {

/// What every device has. Passes, copies and what is launched run in order.
///
///     void* allocate(bytes);             the arena: zeros, aligned to 64 bytes; throws where there is no room
///     void release(p);
///     void* allocate_staging(bytes);     memory of the host for what travels; null where host and device share memory
///     void release_staging(p);
///     void upload(to, from, count);      copies values from the host to the device's memory
///     void download(to, from, count);    and back
///     void wait();                       returns when all that was begun is done
///     void for_ranges(count, f);         f(begin, end) for ranges that cover 0 .. count-1, in parallel; where they
///                                        begin does not depend on the number of threads
///
/// What is optional is asked for by a `requires`, where it is used:
///
///     join(ProcessGroup*), group()       several processes share every batch (runtime/core/process_group.hpp)
///     typename Graph                     what was launched once can be replayed (runtime/train/graph_trainer.hpp)
///     pass_of(work)                      gives what lives around a pass of so much work (dsl/net/work.hpp)
///     begin(step)                        is told which step of the plan begins: tests watch buffers with it
///
/// Its kernels, and the optimizer's step, are found in the table of dsl/core/kernel.hpp.
template <class D>
concept DeviceConcept =
    requires(D& device, void* memory, float* to, const float* from, std::size_t count, void (*f)(int, int)) {
        { device.allocate(count) } -> std::same_as<void*>;
        device.release(memory);
        { device.allocate_staging(count) } -> std::same_as<void*>;
        device.release_staging(memory);
        device.upload(to, from, count);
        device.download(to, from, count);
        device.wait();
        device.for_ranges(1, f);
    };

}  // namespace tn
