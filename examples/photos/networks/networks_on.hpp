// The networks on one device; one source file per device instantiates it.
#pragma once

#include "examples/photos/networks/networks.hpp"

namespace photos {

/// `Batches`, the largest batches that the network is compiled for, ascend.
template <class Device, int... Batches> class NetworksOn : public Networks {
public:
    std::vector<BuiltBatch> batches() const override {
        return {{Batches, NetworkOf<Batches>::template train_bytes<Adam, Device>}...};
    }
    Summary summary(int built) const override {
        Summary result;
        choose(built, [&]<class N>(Type<N>) { result = N::table(); });
        return result;
    }
    std::vector<KernelRow> kernels() const override { return Network::kernels<Device>(); }
    std::unique_ptr<TrainingModel> training_model(int built, std::uint64_t seed) override {
        std::unique_ptr<TrainingModel> result;
        choose(built,
               [&]<class N>(Type<N>) { result = std::make_unique<ModelOn<Network, Adam, N, Device>>(device(), seed); });
        return result;
    }
    std::unique_ptr<InferenceModel> inference_model() override {
        return std::make_unique<ModelOn<Network, NoOptimizer, Network, Device>>(device(), 1);
    }
    std::unique_ptr<JudgeModel> judge_model(std::uint64_t seed) override {
        return std::make_unique<ModelOn<Judge, Adam, Judge, Device>>(device(), seed);
    }

protected:
    virtual Device& device() = 0;

private:
    /// Calls f with the type of the network that was compiled for batches()[built].
    template <class F> static void choose(int built, const F& f) {
        int at = 0;
        ((at++ == built ? f(Type<NetworkOf<Batches>>{}) : void()), ...);
    }
};

}  // namespace photos
