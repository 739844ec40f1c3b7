#include "networks_on.hpp"
#include "runtime/core/error.hpp"

namespace photos {

namespace {

class CpuNetworks : public NetworksOn<cpu::Device, 64, 256> {
public:
    CpuNetworks(const Machine& m, std::string note, ProcessGroup* group)
        : device_(open_cpu(m.threads, m.instructions, m.precision)), note_(std::move(note)), group_(group) {}
    std::string describe() const override { return device_.describe() + ", fp32" + note_; }
    int kernels() const override { return static_cast<int>(device_.isa()); }
    ProcessGroup* group() override { return group_; }
    ThreadPool& threads() override { return device_.threads(); }
    std::size_t free_bytes() const override { return free_host_bytes(); }

protected:
    cpu::Device& device() override { return device_; }

private:
    cpu::Device device_;
    std::string note_;
    ProcessGroup* group_;
};

}  // namespace

std::unique_ptr<Networks> open_networks(const Machine& machine, ProcessGroup* group) {
    const std::string why_not = why_not_in_all(group, machine.device == "cpu" ? "" : why_not_cuda(group));
    const bool on_cuda = chooses_cuda(machine.device, why_not);
    if (group && !group->same(on_cuda))
        throw Error("some of the processes would run on a GPU and some on a CPU: all must have the same --device");
    if (on_cuda) return open_cuda(machine, group);
    return std::make_unique<CpuNetworks>(machine, machine.device == "cpu" ? "" : not_cuda(why_not), group);
}

}  // namespace photos
