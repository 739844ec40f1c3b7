// A known network on a device: what is compiled for each pair of them.
#pragma once

#include <dsl/loss/softmax_cross_entropy.hpp>
#include <dsl/net/net.hpp>
#include <dsl/networks/without_norm.hpp>
#include <runtime/model/fold_norm.hpp>
#include <runtime/train/grad_cam.hpp>

#include "examples/photos/networks/known_network.hpp"

namespace photos {

namespace detail {
template <Shape In, BatchSize Samples, class Body, class Loss, class Init, class Budget>
Type<Body> body_of(Type<Net<In, Samples, Body, Loss, Init, Budget>>);
}  // namespace detail

/// What a network is made of.
template <class N> using BodyOf = typename decltype(detail::body_of(Type<N>{}))::type;

/// Heat maps of the network `N`.
template <class N, class Device> class HeatMapsOn : public HeatMaps {
public:
    HeatMapsOn(Device& device, std::span<const Tensor<float>> weights) : cam_(device) { cam_.take_weights(weights); }
    Shape map() const override { return GradCam<N, Device>::map; }
    std::span<float> input() override { return cam_.input(); }
    void compute(std::span<const int> classes, std::span<float> to) override { cam_.maps(classes, to); }

private:
    GradCam<N, Device> cam_;
};

/// `Known` is a struct as network_types.hpp tells.
template <class Known, class Device, class Batches = typename Known::TrainBatches> class NetworkOn;

template <class Known, class Device, int First, int... Others>
class NetworkOn<Known, Device, std::integer_sequence<int, First, Others...>> : public NetworkModels {
    using Infers = typename Known::template Of<Known::infer_batch>;
    template <int N> using Trains = typename Known::template Of<N>;
    using InferenceOn = ModelOn<Infers, NoOptimizer, Device>;

    static constexpr bool tunes = requires { Known::tune_batch; };
    /// Not looked at where nothing tunes: then nothing of it is compiled.
    template <class K>
    using Tunes =
        Net<Infers::input, BatchSize{K::tune_batch}, networks::WithoutNorm<BodyOf<Infers>>, SoftmaxCrossEntropy>;

    static constexpr bool has_least = std::is_same_v<Device, cpu::Device> && requires { Known::least_bytes; };
    /// Not looked at where there is none.
    template <class K>
    using Least = Net<Infers::input, BatchSize{First}, BodyOf<Infers>, SoftmaxCrossEntropy, Within<K::least_bytes>>;

public:
    explicit NetworkOn(Device& device) : device_(device) {}

    std::vector<BuiltBatch> batches() const override {
        std::vector<BuiltBatch> all;
        each([&]<class N>(Type<N>) {
            all.push_back({N::batch, N::template train_bytes<Adam, Device>, N::template training_parts<Adam, Device>});
        });
        return all;
    }
    Summary summary(int built) const override {
        Summary result;
        choose(built, [&]<class N>(Type<N>) { result = N::table(); });
        return result;
    }
    ArenaMap arena(int built) const override {
        ArenaMap result;
        choose(built, [&]<class N>(Type<N>) { result = arena_map<N, Adam, Device>(); });
        return result;
    }
    std::vector<KernelRow> kernels() const override { return Infers::template kernels<Device>(); }
    std::unique_ptr<TrainingModel> training_model(int built, std::uint64_t seed) override {
        std::unique_ptr<TrainingModel> result;
        choose(built, [&]<class N>(Type<N>) { result = std::make_unique<ModelOn<N, Adam, Device>>(device_, seed); });
        return result;
    }
    std::unique_ptr<InferenceModel> inference_model() override { return std::make_unique<InferenceOn>(device_, 1); }
    std::unique_ptr<TrainingModel> tuning_model(std::uint64_t seed) override {
        if constexpr (tunes) return std::make_unique<ModelOn<Tunes<Known>, Adam, Device>>(device_, seed);
        return nullptr;
    }
    std::size_t tuning_bytes() const override {
        if constexpr (tunes) return Tunes<Known>::template train_bytes<Adam, Device>;
        return 0;
    }
    void begin_tuning(const InferenceModel& from, TrainingModel& tuned) const override {
        fold_norm(from, tuned, networks::norm_epsilon<BodyOf<Infers>>);
    }
    void end_tuning(const TrainingModel& tuned, InferenceModel& to) const override {
        unfold_norm(to, tuned, networks::norm_epsilon<BodyOf<Infers>>);
    }
    std::unique_ptr<HeatMaps> heat_maps(std::span<const Tensor<float>> weights) override {
        if constexpr (std::is_same_v<Device, cpu::Device>)
            return std::make_unique<HeatMapsOn<Infers, Device>>(device_, weights);
        return nullptr;
    }
    InferenceGraph graph(const InferenceModel& model) const override {
        return inference_graph(dynamic_cast<const InferenceOn&>(model).model());
    }

private:
    /// Calls f with the type of the network that was compiled for batches()[built].
    template <class F> static void choose(int built, const F& f) {
        int at = 0;
        each([&]<class N>(Type<N> type) {
            if (at++ == built) f(type);
        });
    }
    template <class F> static void each(const F& f) {
        if constexpr (has_least) f(Type<Least<Known>>{});
        f(Type<Trains<First>>{});
        (f(Type<Trains<Others>>{}), ...);
    }

    Device& device_;
};

}  // namespace photos
