// A model whose backend, precision and largest batch are chosen when the program runs.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "runtime/data/loader.hpp"
#include "runtime/train/model.hpp"
#include "runtime/train/step_extras.hpp"

namespace tn {

/// What training, predictions and checkpoints ask of a Model, behind virtual functions: what uses it is compiled once,
/// wherever it runs. `N` is the network; its batch may be another one than the model's.
template <class N, class Optimizer = NoOptimizer> class AnyModel {
public:
    using network = N;
    using optimizer = Optimizer;
    using value = float;

    virtual ~AnyModel() = default;
    /// Device, architecture, memory and precision.
    virtual std::string describe() const = 0;
    /// As Model::join().
    virtual void join(Group* group) = 0;
    virtual int batch() const = 0;
    virtual std::span<float> input() = 0;
    virtual std::span<int> labels() = 0;
    virtual void active_outputs(int count) = 0;
    virtual int active_outputs() const = 0;
    virtual void label_smoothing(float part) = 0;
    virtual void class_weights(std::span<const float> weights) = 0;
    virtual BatchResult train(int n, const Optimizer& optimizer) = 0;
    /// Puts the pictures to the model's device, which from then on makes its batches itself, as tn::Loader would
    /// (cuda::Feed); false where there is no such device.
    virtual bool keep_pictures(const Pictures& pictures, const LoaderOptions& options, float weight_decay,
                               const StepExtras& extras) = 0;
    /// Takes steps on them, as many of these as go together; step number `first` is counted from 0.
    virtual TakenSteps train_kept(std::uint64_t first, std::span<const Optimizer> optimizers) = 0;
    virtual std::span<const float> predict(int n) = 0;
    virtual std::span<const Tensor<float>> tensors() const = 0;
    virtual std::span<float> optimizer_memory(const Tensor<float>& t, int k) = 0;
    /// The average beside the tensor that train_kept() moves, for the host as tensors() are. Throws Error unless
    /// keep_pictures() was told to average.
    virtual std::span<float> average(const Tensor<float>& t) = 0;
    virtual std::uint64_t step() const = 0;
    virtual void step(std::uint64_t s) = 0;
    virtual std::uint64_t seed() const = 0;
};

/// AnyModel<N, Optimizer> as a model of `Built`, which is N built for some batch, on a backend that must outlive it.
template <class N, class Optimizer, class Built, class Backend> class ModelOn : public AnyModel<N, Optimizer> {
    static_assert(Built::input == N::input && std::is_same_v<typename Built::flat, typename N::flat>);

public:
    ModelOn(Backend& backend, std::uint64_t seed) : backend_(backend), model_(backend, seed) {}

    std::string describe() const override { return backend_.describe(); }
    void join(Group* group) override { model_.join(group); }
    int batch() const override { return Built::batch; }
    std::span<float> input() override { return model_.input(); }
    std::span<int> labels() override { return model_.labels(); }
    void active_outputs(int count) override { model_.active_outputs(count); }
    int active_outputs() const override { return model_.active_outputs(); }
    void label_smoothing(float part) override { model_.label_smoothing(part); }
    void class_weights(std::span<const float> weights) override { model_.class_weights(weights); }
    BatchResult train(int n, const Optimizer& optimizer) override {
        if constexpr (std::is_same_v<Optimizer, NoOptimizer>)
            throw Error("a model that only infers cannot be trained");
        else
            return model_.train(n, optimizer);
    }
    bool keep_pictures(const Pictures& pictures, const LoaderOptions& options, float weight_decay,
                       const StepExtras& extras) override {
        if constexpr (has_feed)
            feed_ = std::make_unique<typename Backend::template feed<M>>(backend_, model_, pictures, options,
                                                                         weight_decay, extras);
        return has_feed;
    }
    TakenSteps train_kept(std::uint64_t first, std::span<const Optimizer> optimizers) override {
        if constexpr (has_feed)
            if (feed_) return feed_->run(first, optimizers);
        throw Error("the model keeps no pictures");
    }
    std::span<const float> predict(int n) override { return model_.predict(n); }
    std::span<const Tensor<float>> tensors() const override { return model_.tensors(); }
    std::span<float> optimizer_memory(const Tensor<float>& t, int k) override { return model_.optimizer_memory(t, k); }
    std::span<float> average(const Tensor<float>& t) override {
        if constexpr (has_feed)
            if (feed_) return feed_->average(t);
        throw Error("the model keeps no average");
    }
    std::uint64_t step() const override { return model_.step(); }
    void step(std::uint64_t s) override { model_.step(s); }
    std::uint64_t seed() const override { return model_.seed(); }

private:
    using M = Model<Built, Optimizer, Backend>;
    static constexpr bool has_feed =
        !std::is_same_v<Optimizer, NoOptimizer> && requires { typename Backend::template feed<M>; };

    static auto no_feed() {
        if constexpr (has_feed)
            return std::unique_ptr<typename Backend::template feed<M>>();
        else
            return nullptr;
    }

    Backend& backend_;
    M model_;
    decltype(no_feed()) feed_ = no_feed();
};

namespace detail {
template <class Backend> struct OwnBackend {
    std::unique_ptr<Backend> backend;
};
}  // namespace detail

/// The same with a backend of its own.
template <class N, class Optimizer, class Backend>
class ModelWithBackend : detail::OwnBackend<Backend>, public ModelOn<N, Optimizer, N, Backend> {
public:
    ModelWithBackend(std::unique_ptr<Backend> backend, std::uint64_t seed)
        : detail::OwnBackend<Backend>{std::move(backend)},
          ModelOn<N, Optimizer, N, Backend>(*detail::OwnBackend<Backend>::backend, seed) {}
};

}  // namespace tn
