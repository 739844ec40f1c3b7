#include "examples/photos/networks/judge.hpp"
#include "examples/photos/networks/networks.hpp"

namespace photos {

namespace {

class CpuNetworks : public Networks {
public:
    CpuNetworks(const Machine& m, std::string note, ProcessGroup* group)
        : device_(open_cpu(m.threads, m.instructions, m.precision)), note_(std::move(note)), group_(group) {}
    std::string describe() const override { return device_.describe() + ", fp32" + note_; }
    int kernel_set() const override { return static_cast<int>(device_.isa()); }
    ProcessGroup* group() override { return group_; }
    ThreadPool& threads() override { return device_.threads(); }
    std::optional<cpu::ByteProducts> byte_products() const override { return cpu::best_products(device_.isa()); }
    std::size_t free_bytes() const override { return free_host_bytes(); }
    bool has(const KnownNetwork&) const override { return true; }
    std::unique_ptr<NetworkModels> network(const KnownNetwork& network) override { return network.on_cpu(device_); }
    std::unique_ptr<JudgeModel> judge_model(std::uint64_t seed) override {
        return std::make_unique<ModelOn<Judge, Adam, cpu::Device>>(device_, seed);
    }

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
