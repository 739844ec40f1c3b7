// The networks that are compiled in: what each is, and models of it on a device.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dsl/net/kernel_table.hpp"
#include "dsl/net/memory_curve.hpp"
#include "dsl/net/summary.hpp"
#include "dsl/optim/adam.hpp"
#include "runtime/data/augment.hpp"
#include "runtime/data/image.hpp"
#include "runtime/export/inference_graph.hpp"
#include "runtime/model/arena_map.hpp"
#include "runtime/train/any_model.hpp"
#include "runtime/train/machine.hpp"

namespace photos {

using namespace tn;

using TrainingModel = AnyModel<Adam>;
using InferenceModel = AnyModel<>;

/// Heat maps of one network's answers (tn::GradCam).
class HeatMaps {
public:
    virtual ~HeatMaps() = default;
    /// Height and width of a heat map.
    virtual Shape map() const = 0;
    virtual std::span<float> input() = 0;
    /// Of the first samples of input(), one for each class named.
    virtual void compute(std::span<const int> classes, std::span<float> to) = 0;
};

/// A network on one device, which must outlive it.
class NetworkModels {
public:
    virtual ~NetworkModels() = default;
    /// The largest batches that it was compiled for, and what training takes in each, in ascending order; below,
    /// `built` is one's index.
    virtual std::vector<BuiltBatch> batches() const = 0;
    virtual Summary summary(int built) const = 0;
    /// What lies where in memory while it is trained.
    virtual ArenaMap arena(int built) const = 0;
    /// Which kernel runs each layer, and why.
    virtual std::vector<KernelRow> kernels() const = 0;
    virtual std::unique_ptr<TrainingModel> training_model(int built, std::uint64_t seed) = 0;
    virtual std::unique_ptr<InferenceModel> inference_model() = 0;
    /// The network without its batch normalisation, whose weights begin and end as those of a model that
    /// inference_model() made; and what it takes. Null and 0 where the network has no such form.
    virtual std::unique_ptr<TrainingModel> tuning_model(std::uint64_t seed) = 0;
    virtual std::size_t tuning_bytes() const = 0;
    virtual void begin_tuning(const InferenceModel& from, TrainingModel& tuned) const = 0;
    virtual void end_tuning(const TrainingModel& tuned, InferenceModel& to) const = 0;
    /// Of a model with these weights; null on a GPU, where there are none.
    virtual std::unique_ptr<HeatMaps> heat_maps(std::span<const Tensor<float>> weights) = 0;
    /// Of a model that inference_model() made, for exporters.
    virtual InferenceGraph graph(const InferenceModel& model) const = 0;
};

/// The names of a network's tensors in a file, in the order of Model::tensors().
using TensorNames = std::vector<std::string>;

/// Appends those of a convolution without bias and of the batch normalisation behind it.
inline void append_convolution(TensorNames& names, const std::string& convolution, const std::string& norm) {
    names.push_back(convolution + ".weight");
    for (const char* tensor : {".weight", ".bias", ".running_mean", ".running_var"}) names.push_back(norm + tensor);
}

struct KnownNetwork {
    std::string name, purpose;
    std::string description;  ///< Net::description(), by which a model file is known to be of it
    PictureShape shape;
    Fit fit = Fit::stretch;
    std::optional<Normalise> normalise{};     ///< none: fitted to the photographs
    std::vector<TensorNames> tensor_names{};  ///< in files of pretrained weights; none: it takes none
    std::size_t parameters = 0;
    int infer_batch = 0, train_batch = 0;          ///< the smallest that it was compiled for
    std::size_t infer_bytes = 0, train_bytes = 0;  ///< of these, on the CPU
    std::vector<MemoryPoint> memory_curve{};       ///< of train_batch on the CPU; none of large networks
    std::unique_ptr<NetworkModels> (*on_cpu)(cpu::Device&) = nullptr;
};

/// All of them, by name.
const std::vector<KnownNetwork>& known_networks();

/// Throws tn::Error that lists the names there are.
const KnownNetwork& known_network(const std::string& name);

/// The network that a model file is of. Throws tn::Error naming the file and what differs from grey-128 where none is.
const KnownNetwork& network_of(const std::string& description, const std::string& path);

/// Called before main() by each file in known/.
void register_network(KnownNetwork network);

}  // namespace photos
