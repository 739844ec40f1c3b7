// A known network on a device: what is compiled for each pair of them.
#pragma once

#include "examples/photos/networks/known_network.hpp"

namespace photos {

/// `Known` is a struct as network_types.hpp tells.
template <class Known, class Device, class Batches = typename Known::TrainBatches> class NetworkOn;

template <class Known, class Device, int... Batches>
class NetworkOn<Known, Device, std::integer_sequence<int, Batches...>> : public NetworkModels {
    using Infers = typename Known::template Of<Known::infer_batch>;
    template <int N> using Trains = typename Known::template Of<N>;
    using InferenceOn = ModelOn<Infers, NoOptimizer, Device>;

public:
    explicit NetworkOn(Device& device) : device_(device) {}

    std::vector<BuiltBatch> batches() const override {
        return {{Batches, Trains<Batches>::template train_bytes<Adam, Device>}...};
    }
    Summary summary(int built) const override {
        Summary result;
        choose(built, [&]<class N>(Type<N>) { result = N::table(); });
        return result;
    }
    std::vector<KernelRow> kernels() const override { return Infers::template kernels<Device>(); }
    std::unique_ptr<TrainingModel> training_model(int built, std::uint64_t seed) override {
        std::unique_ptr<TrainingModel> result;
        choose(built, [&]<class N>(Type<N>) { result = std::make_unique<ModelOn<N, Adam, Device>>(device_, seed); });
        return result;
    }
    std::unique_ptr<InferenceModel> inference_model() override { return std::make_unique<InferenceOn>(device_, 1); }
    InferenceGraph graph(const InferenceModel& model) const override {
        return inference_graph(dynamic_cast<const InferenceOn&>(model).model());
    }

private:
    /// Calls f with the type of the network that was compiled for batches()[built].
    template <class F> static void choose(int built, const F& f) {
        int at = 0;
        ((at++ == built ? f(Type<Trains<Batches>>{}) : void()), ...);
    }

    Device& device_;
};

}  // namespace photos
