// A model whose device, precision and largest batch are chosen when the program runs.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "runtime/data/loader.hpp"
#include "runtime/model/model.hpp"
#include "runtime/train/step_options.hpp"

namespace tn {

namespace cuda {
template <class Device, class M> class GraphTrainer;  // runtime/train/graph_trainer.hpp
}

/// What training, predictions and checkpoints ask of a Model, behind virtual functions: what uses it is compiled once,
/// wherever it runs and whatever its network is.
template <class Optimizer = NoOptimizer> class AnyModel {
public:
    using optimizer = Optimizer;
    using value = float;

    virtual ~AnyModel() = default;
    /// Device, architecture, memory and precision.
    virtual std::string describe() const = 0;
    /// Of the network: a sample that comes in, how many outputs there are, and Net::description().
    virtual Shape input_shape() const = 0;
    virtual int outputs() const = 0;
    virtual std::string description() const = 0;
    /// As Model::join().
    virtual void join(ProcessGroup* group) = 0;
    virtual int batch() const = 0;
    virtual const std::span<float> input() = 0;
    virtual const std::span<int> labels() = 0;
    virtual void active_outputs(int count) = 0;
    virtual int active_outputs() const = 0;
    virtual void label_smoothing(float part) = 0;
    virtual void class_weights(std::span<const float> weights) = 0;
    /// As Model::tensor_factors(); before upload_pictures().
    virtual void tensor_factors(const ChooseFactors& choose) = 0;
    virtual void clip_gradients(float most) = 0;
    virtual BatchResult train(int n, const Optimizer& optimizer) = 0;
    /// Puts the pictures to the model's device, which from then on makes its batches itself, as tn::Loader would
    /// (cuda::GraphTrainer); false where there is no such device.
    virtual bool upload_pictures(const Pictures& pictures, const LoaderOptions& options, float weight_decay,
                                 const StepOptions& step_options) = 0;
    /// Takes steps on them, as many of these as go together; step number `first` is counted from 0.
    virtual TakenSteps train_on_device(std::uint64_t first, std::span<const Optimizer> optimizers) = 0;
    virtual std::span<const float> predict(int n) = 0;
    /// As Model::features(), and how many there are of a sample.
    virtual void features(int n, std::span<float> to) = 0;
    virtual int feature_count() const = 0;
    virtual std::span<const Tensor<float>> tensors() const = 0;
    virtual const std::span<float> optimizer_state(const Tensor<float>& t, int k) = 0;
    /// The average beside the tensor that train_on_device() moves, for the host as tensors() are. Throws Error unless
    /// upload_pictures() was told to average.
    virtual std::span<float> average(const Tensor<float>& t) = 0;
    virtual std::uint64_t step() const = 0;
    virtual void step(std::uint64_t s) = 0;
    virtual std::uint64_t seed() const = 0;
};

/// AnyModel<Optimizer> as a model of the network `N` on a device that must outlive it.
template <class N, class Optimizer, class Device> class ModelOn : public AnyModel<Optimizer> {
    using M = Model<N, Optimizer, Device>;

public:
    ModelOn(Device& device, std::uint64_t seed) : device_(device), model_(device, seed) {}

    std::string describe() const override { return device_.describe(); }
    Shape input_shape() const override { return N::input; }
    int outputs() const override { return N::output.channels; }
    std::string description() const override { return N::description(); }
    void join(ProcessGroup* group) override { model_.join(group); }
    int batch() const override { return N::batch; }
    const std::span<float> input() override { return model_.input(); }
    const std::span<int> labels() override { return model_.labels(); }
    void active_outputs(int count) override { model_.active_outputs(count); }
    int active_outputs() const override { return model_.active_outputs(); }
    void label_smoothing(float part) override { model_.label_smoothing(part); }
    void class_weights(std::span<const float> weights) override { model_.class_weights(weights); }
    void clip_gradients(float most) override { model_.clip_gradients(most); }
    void tensor_factors(const ChooseFactors& choose) override { model_.tensor_factors(choose); }
    BatchResult train(int n, const Optimizer& optimizer) override {
        if constexpr (std::is_same_v<Optimizer, NoOptimizer>)
            throw Error("a model that only infers cannot be trained");
        else
            return model_.train(n, optimizer);
    }
    bool upload_pictures(const Pictures& pictures, const LoaderOptions& options, float weight_decay,
                         const StepOptions& step_options) override {
        if constexpr (makes_batches)
            on_device_ = std::make_unique<cuda::GraphTrainer<Device, M>>(device_, model_, pictures, options,
                                                                         weight_decay, step_options);
        return makes_batches;
    }
    TakenSteps train_on_device(std::uint64_t first, std::span<const Optimizer> optimizers) override {
        if constexpr (makes_batches)
            if (on_device_) return on_device_->run(first, optimizers);
        throw Error("the model keeps no pictures");
    }
    std::span<const float> predict(int n) override { return model_.predict(n); }
    void features(int n, std::span<float> to) override { model_.features(n, to); }
    int feature_count() const override { return M::feature_count; }
    std::span<const Tensor<float>> tensors() const override { return model_.tensors(); }
    const std::span<float> optimizer_state(const Tensor<float>& t, int k) override {
        return model_.optimizer_state(t, k);
    }
    std::span<float> average(const Tensor<float>& t) override {
        if constexpr (makes_batches)
            if (on_device_) return on_device_->average(t);
        throw Error("the model keeps no average");
    }
    std::uint64_t step() const override { return model_.step(); }
    void step(std::uint64_t s) override { model_.step(s); }
    std::uint64_t seed() const override { return model_.seed(); }

    const M& model() const { return model_; }

private:
    static constexpr bool makes_batches =
        !std::is_same_v<Optimizer, NoOptimizer> && requires { typename Device::Graph; };

    static auto no_trainer() {
        if constexpr (makes_batches)
            return std::unique_ptr<cuda::GraphTrainer<Device, M>>();
        else
            return nullptr;
    }

    Device& device_;
    M model_;
    decltype(no_trainer()) on_device_ = no_trainer();
};

namespace detail {
template <class Device> struct OwnDevice {
    std::unique_ptr<Device> device;
};
}  // namespace detail

/// The same with a device of its own.
template <class N, class Optimizer, class Device>
class ModelWithDevice : detail::OwnDevice<Device>, public ModelOn<N, Optimizer, Device> {
public:
    ModelWithDevice(std::unique_ptr<Device> device, std::uint64_t seed)
        : detail::OwnDevice<Device>{std::move(device)},
          ModelOn<N, Optimizer, Device>(*detail::OwnDevice<Device>::device, seed) {}
};

}  // namespace tn
