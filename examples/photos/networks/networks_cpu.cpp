#include "examples/photos/networks/networks_on.hpp"

namespace photos {

namespace {

class CpuNetworks : public NetworksOn<cpu::Device, 64, 256> {
public:
    CpuNetworks(const Machine& m, std::string note, ProcessGroup* group)
        : device_(open_cpu(m.threads, m.instructions, m.precision)), note_(std::move(note)), group_(group) {}
    std::string describe() const override { return device_.describe() + ", fp32" + note_; }
    int kernel_set() const override { return static_cast<int>(device_.isa()); }
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

std::unique_ptr<Networks> open_cpu_networks(const Machine& machine, const std::string& note, ProcessGroup* group) {
    return std::make_unique<CpuNetworks>(machine, note, group);
}

}  // namespace photos
