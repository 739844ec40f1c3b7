// The program's networks on the machine that was asked for: compiled once per device, chosen at run time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "examples/photos/networks/known_network.hpp"
#include "examples/photos/networks/machine.hpp"
#include "runtime/core/process_group.hpp"
#include "runtime/cpu/int8.hpp"
#include "runtime/train/machine.hpp"

namespace photos {

using JudgeModel = AnyModel<Adam>;

class Networks {
public:
    virtual ~Networks() = default;

    /// Device, architecture, memory and precision in one line.
    virtual std::string describe() const = 0;
    /// The same number wherever the same kernels run.
    virtual int kernel_set() const = 0;
    /// The processes that train a model together, as its device joins them; null: this one is alone.
    virtual ProcessGroup* group() = 0;
    /// Threads of the host, for files and pictures.
    virtual ThreadPool& threads() = 0;
    /// How networks in int8 multiply bytes; none where the device does not run them.
    virtual std::optional<cpu::ByteProducts> byte_products() const { return std::nullopt; }
    /// Bytes that a model can still take.
    virtual std::size_t free_bytes() const = 0;
    /// Whether network() has it.
    virtual bool has(const KnownNetwork& network) const = 0;
    /// Throws tn::Error where the device does not have it.
    virtual std::unique_ptr<NetworkModels> network(const KnownNetwork& network) = 0;
    virtual std::unique_ptr<JudgeModel> judge_model(std::uint64_t seed) = 0;
};

/// With a group each of its processes has networks of its own, all on CPUs or each on a GPU of its own; all call this.
/// Throws tn::Error with the reason when the machine does not have what was asked for.
std::unique_ptr<Networks> open_networks(const Machine& machine, ProcessGroup* group = nullptr);

/// `note` is added to what the networks say of themselves.
std::unique_ptr<Networks> open_cpu_networks(const Machine& machine, const std::string& note, ProcessGroup* group);

/// Why CUDA cannot run here, empty where it can. A program built without nvcc says so.
std::string why_not_cuda(const ProcessGroup* group);
std::unique_ptr<Networks> open_cuda_networks(const Machine& machine, ProcessGroup* group);

}  // namespace photos
