#include "networks_on.hpp"
#include "runtime/core/error.hpp"

namespace photos {

namespace {

class CpuNetworks : public NetworksOn<cpu::Backend, 64, 256> {
public:
    CpuNetworks(const Machine& m, std::string note, Group* group)
        : backend_(open_cpu(m.threads, m.instructions, m.precision)), note_(std::move(note)), group_(group) {}
    std::string describe() const override { return backend_.describe() + ", fp32" + note_; }
    int kernels() const override { return static_cast<int>(backend_.isa()); }
    Group* group() override { return group_; }
    ThreadPool& threads() override { return backend_.threads(); }
    std::size_t free_bytes() const override { return free_host_bytes(); }

protected:
    cpu::Backend& backend() override { return backend_; }

private:
    cpu::Backend backend_;
    std::string note_;
    Group* group_;
};

}  // namespace

std::unique_ptr<Networks> open_networks(const Machine& machine, Group* group) {
    const std::string why_not = why_not_in_all(group, machine.device == "cpu" ? "" : why_not_cuda(group));
    const bool on_cuda = chooses_cuda(machine.device, why_not);
    if (group && !group->same(on_cuda))
        throw Error("some of the processes would run on a GPU and some on a CPU: all must have the same --device");
    if (on_cuda) return open_cuda(machine, group);
    return std::make_unique<CpuNetworks>(machine, machine.device == "cpu" ? "" : not_cuda(why_not), group);
}

}  // namespace photos
