// The choice of the device.
#include "examples/photos/networks/networks.hpp"
#include "runtime/core/error.hpp"

namespace photos {

std::unique_ptr<Networks> open_networks(const Machine& machine, ProcessGroup* group) {
    const bool cpu_asked_for = machine.device == "cpu";
    const std::string why_not = why_not_in_all(group, cpu_asked_for ? "" : why_not_cuda(group));
    const bool on_cuda = chooses_cuda(machine.device, why_not);
    if (group && !group->same(on_cuda))
        throw Error("some of the processes would run on a GPU and some on a CPU: all must have the same --device");
    if (on_cuda) return open_cuda_networks(machine, group);
    return open_cpu_networks(machine, cpu_asked_for ? "" : not_cuda(why_not), group);
}

}  // namespace photos
