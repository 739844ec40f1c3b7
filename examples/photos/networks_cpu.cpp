#include "networks_on.hpp"

namespace photos {

namespace {

class CpuNetworks : public NetworksOn<cpu::Backend, 64, 256> {
public:
    CpuNetworks(const Machine& m, std::string note)
        : backend_(open_cpu(m.threads, m.instructions, m.precision)), note_(std::move(note)) {}
    std::string describe() const override { return backend_.describe() + ", fp32" + note_; }
    int kernels() const override { return static_cast<int>(backend_.isa()); }
    ThreadPool& threads() override { return backend_.threads(); }
    std::size_t free_bytes() const override { return free_host_bytes(); }

protected:
    cpu::Backend& backend() override { return backend_; }

private:
    cpu::Backend backend_;
    std::string note_;
};

}  // namespace

std::unique_ptr<Networks> open_networks(const Machine& machine) {
    const std::string why_not = machine.device == "cpu" ? "" : why_not_cuda();
    if (chooses_cuda(machine.device, why_not)) return open_cuda(machine);
    return std::make_unique<CpuNetworks>(machine, not_cuda(why_not));
}

}  // namespace photos
