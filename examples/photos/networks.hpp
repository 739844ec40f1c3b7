// The program's networks on the machine that was asked for: compiled once for each device, chosen at run time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "commands.hpp"
#include "network.hpp"
#include "runtime/core/process_group.hpp"
#include "runtime/train/any_model.hpp"
#include "runtime/train/machine.hpp"

namespace photos {

using TrainedModel = AnyModel<Network, Adam>;
using InferringModel = AnyModel<Network>;
using JudgeModel = AnyModel<Judge, Adam>;

class Networks {
public:
    virtual ~Networks() = default;

    /// Device, architecture, memory and precision in one line.
    virtual std::string describe() const = 0;
    /// The same number where the same kernels run.
    virtual int kernels() const = 0;
    /// The processes that train a model together, as its device joins them; null: this one is alone.
    virtual ProcessGroup* group() = 0;
    /// Threads of the host, for files and pictures.
    virtual ThreadPool& threads() = 0;
    /// Bytes that a model can still take, and those that training takes in each of the batches that there are.
    virtual std::size_t free_bytes() const = 0;
    virtual std::vector<BuiltBatch> batches() const = 0;

    /// `built` is an index of batches(), here and below.
    virtual Summary table(int built) const = 0;
    virtual std::unique_ptr<TrainedModel> trains(int built, std::uint64_t seed) = 0;
    virtual std::unique_ptr<InferringModel> infers() = 0;
    virtual std::unique_ptr<JudgeModel> judges(std::uint64_t seed) = 0;
};

/// With a group each of its processes has networks of its own, all on CPUs or each on a GPU of its own; all call this.
/// Throws tn::Error, saying why, when the machine cannot be had.
std::unique_ptr<Networks> open_networks(const Machine& machine, ProcessGroup* group = nullptr);

/// Why CUDA cannot run here, empty where it can; and its networks. A program built without nvcc says so.
std::string why_not_cuda(const ProcessGroup* group);
std::unique_ptr<Networks> open_cuda(const Machine& machine, ProcessGroup* group);

}  // namespace photos
