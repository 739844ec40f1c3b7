// Model: a network with its weights on a device. One arena, allocated at construction; nothing after it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "dsl/net/memory_report.hpp"
#include "dsl/net/net.hpp"
#include "dsl/optim/sgd.hpp"
#include "runtime/core/error.hpp"
#include "runtime/core/process_group.hpp"
#include "runtime/cpu/device.hpp"
#include "runtime/model/arena_layout.hpp"
#include "runtime/model/batch_result.hpp"
#include "runtime/model/engine.hpp"
#include "runtime/model/hyperparameters.hpp"
#include "runtime/model/tensors.hpp"

namespace tn {

/// Stands for an optimizer where a model only infers.
struct NoOptimizer {
    static constexpr int states = 0;
    static constexpr const char* name = "none";
};

namespace detail {
template <class O> inline constexpr bool is_optimizer = OptimizerConcept<O> || std::is_same_v<O, NoOptimizer>;
/// 0 for what is none, so that only that is told.
template <class O>
inline constexpr int states_of = [] {
    if constexpr (is_optimizer<O>) return O::states;
    return 0;
}();
/// Whether a model with this optimizer trains with the other; with the same one other functions are called.
template <class O, class Other> inline constexpr bool trains_with = false;

/// Net, or a type that derives from one. Net is not looked into: its fault is told by itself.
template <class N> inline constexpr bool is_network = requires { typename N::loss; };
template <Shape In, BatchSize Samples, class Body, class LossType, class Initialiser_, class Budget_>
inline constexpr bool is_network<Net<In, Samples, Body, LossType, Initialiser_, Budget_>> = true;
}  // namespace detail

/// The loss compares a sample with a label, the number of its class (or one for every pixel), or with targets, a value
/// for every output.
template <class N>
concept HasLabels = N::loss::target == Target::label;
template <class N>
concept HasTargets = N::loss::target == Target::values;

/// The loss takes class weights.
template <class N>
concept HasClassWeights = LossTraits<typename N::loss>::weighs_outputs;

template <class N, class Optimizer = NoOptimizer, class Device = cpu::Device, class T = float, Fusion F = Fusion::on,
          Purpose For = std::is_same_v<Optimizer, NoOptimizer> ? Purpose::infer : Purpose::train>
    requires(detail::is_network<N>)
class Model {
    static_assert(sizeof(N) > 0);  // first, so that a network's fault is told of the network alone
    static_assert(detail::is_optimizer<Optimizer>,
                  "typenet: the optimizer of a model must be one, as in Model<Network, Adam>");
    using Layout = ArenaLayout<N, F, For, detail::states_of<Optimizer>, Device>;
    static_assert(sizeof(TrainsWithinItsMemory<typename Layout::schedule>) > 0);

public:
    using network = N;
    using optimizer = Optimizer;
    using value = T;
    using device_type = Device;

    /// Values of the arena; times sizeof(T) it is what construction allocates on the device.
    static constexpr std::size_t arena_values = Layout::size;

    /// Weights start as the network's initialiser and `seed` say. The device must outlive the model.
    explicit Model(Device& device, std::uint64_t seed = 1) : device_(device), seed_(seed), engine_(device, seed) {
        initialise(typename N::initialiser{});
    }

    // A model is a value: moved and swapped, which copies nothing, so that views of its memory stay, and cloned. One
    // that was moved from can be assigned to or destroyed.
    Model(Model&&) noexcept = default;
    Model& operator=(Model&& other) noexcept {
        if (this == &other) return *this;
        std::destroy_at(this);  // the device is a reference, which is not assigned to
        return *std::construct_at(this, std::move(other));
    }

    /// Another model with the same weights, states of the optimizer, step and settings, on the same device or another
    /// one of its kind. It goes on as this one does, bit for bit.
    Model clone() const { return clone(device_); }
    Model clone(Device& device) const {
        Model copy(device, seed_, NotStarted{});
        copy.engine_.copy(engine_);
        return copy;
    }

    /// Starts the weights anew: normal numbers with the deviation of the layer's own initialiser, or of this one.
    template <Initialiser I> void initialise(const I& initialiser) {
        tn::initialise<N>(memory().tensors(), initialiser.rule(), seed_);
        if constexpr (Layout::trains) std::ranges::fill(memory().optimizer_states(), T(0));
        step(0);
    }

    /// The most samples that a pass takes.
    static constexpr int batch() { return N::batch; }

    // The samples of the next batch, which the caller writes before every pass: in a model that only infers, layers may
    // compute in the memory of the input. These are views; set_...() copies whole samples into them, the first one to
    // sample `first` of the batch, and throws Error when they do not fit.

    /// [batch][input].
    const std::span<T> input() { return memory().batch().host_input(); }
    void set_input(std::span<const T> values, int first = 0) {
        copy_samples<T>("input", values, first, input(), N::input.size());
    }

    /// [batch], from 0 to active_outputs() - 1. With a loss per pixel [batch][height][width] of the output, where the
    /// loss's ignored label may stand, too.
    const std::span<int> labels()
        requires HasLabels<N>
    {
        return memory().batch().host_labels();
    }
    void set_labels(std::span<const int> values, int first = 0)
        requires HasLabels<N>
    {
        copy_samples<int>("labels", values, first, labels(), LossTraits<typename N::loss>::labels(N::output));
    }

    /// [batch][outputs].
    const std::span<T> targets()
        requires HasTargets<N>
    {
        return memory().batch().host_targets();
    }
    void set_targets(std::span<const T> values, int first = 0)
        requires HasTargets<N>
    {
        copy_samples<T>("targets", values, first, targets(), N::output.size());
    }

    // What training does. These calls are not for a model that only infers.

    /// Forward, loss, backward and update on the first n samples; 1 <= n <= batch. Throws Error when n, a label or a
    /// field of the optimizer is out of range, and NotFinite when the loss or a gradient is not finite. Weights and
    /// running statistics are then as they were.
    BatchResult train(int n, const Optimizer& optimizer) {
        check_hyperparameters(optimizer);
        return engine_.train(n, optimizer);
    }

    /// With another optimizer than the model's: an error that says so.
    template <class Other> BatchResult train(int, const Other&) {
        static_assert(detail::trains_with<Optimizer, Other>,
                      "typenet: a model is trained with the optimizer that it names, as in Model<Network, Adam>; one "
                      "that names none only infers");
        return {};
    }

    /// Forward, loss and backward: leaves the gradients, and moves the running statistics. On a device that has joined
    /// a ProcessGroup, n is this process's part of a batch; gradients and result are of the whole batch.
    BatchResult gradients(int n) { return engine_.gradients(n); }

    /// One step of the optimizer with the gradients that are there; throws as train() does.
    void update(const Optimizer& optimizer) {
        check_hyperparameters(optimizer);
        engine_.update(optimizer);
    }

    template <class Other> void update(const Other&) {
        static_assert(detail::trains_with<Optimizer, Other>,
                      "typenet: a model is updated with the optimizer that it names, as in Model<Network, Adam>; one "
                      "that names none only infers");
    }

    /// What each trained tensor makes of the optimizer's rate and weight decay from now on: choose(name, factors) may
    /// change the factors, which begin as 1 and 1, or with a decay of 0 for biases and normalisation. At rate 0 the
    /// tensor is frozen (running statistics still move). Throws Error when a factor is negative or not finite, and then
    /// nothing has changed.
    void tensor_factors(const ChooseFactors& choose) { engine_.choose_factors(choose); }

    /// Where the norm of all gradients together (BatchResult::gradient_norm) is over `most`, they are times most / norm
    /// from now on, before weight decay; 0: any norm is let through. Throws Error unless `most` is 0 or a finite number
    /// over it.
    void clip_gradients(float most) {
        if (!(most >= 0 && std::isfinite(most)))
            throw Error("the largest norm of the gradients must be over 0, or 0 for any, not " + std::to_string(most));
        engine_.norm().most = most;
    }

    /// The part of the target that all classes share in training (LossPass::smoothing); 0 <= part < 1.
    void label_smoothing(float part) {
        if (!(part >= 0 && part < 1))
            throw Error("the label smoothing must be at least 0 and below 1, not " + std::to_string(part));
        engine_.loss_options.smoothing = part;
    }

    /// What a sample (a pixel, a yes-or-no output) of each class that counts is worth in training: its loss and
    /// gradient are times that. None: all 1. Choosing active_outputs() makes all 1 again.
    void class_weights(std::span<const float> weights)
        requires HasClassWeights<N>
    {
        set_weights("class", memory().batch().class_weights, weights, engine_.loss_options.has_class_weights);
    }

    /// What a target of 1 is worth in training beside one of 0, for every output that says yes or no
    /// (SigmoidCrossEntropy). None: all 1.
    void positive_weights(std::span<const float> weights)
        requires(HasClassWeights<N> && HasTargets<N>)
    {
        set_weights("positive", memory().batch().positive_weights, weights, engine_.loss_options.has_positive_weights);
    }

    /// Batches are shared with the other processes of the group from now on; null: with none. Throws Error where the
    /// device cannot.
    void join(ProcessGroup* group) {
        if constexpr (requires { device_.join(group); })
            device_.join(group);
        else if (group)
            throw Error("training by several processes is not there for " + device_.describe());
    }

    // What every model does.

    /// Forward with the running statistics, and the loss against labels() or targets().
    BatchResult evaluate(int n) { return engine_.evaluate(n); }

    /// Forward with the running statistics: probabilities (or values) of n samples, [n][outputs]; valid until the next
    /// pass.
    std::span<const T> predict(int n) { return engine_.predict(n); }

    /// Forward only: the outputs before the loss, [n][outputs], as in training or in evaluation; valid until the next
    /// pass. Throws Error where a model that only infers is asked for those of training.
    std::span<const T> outputs(int n, bool training) { return engine_.outputs(n, training); }

    /// Forward only, as in evaluation: what comes into the last layer, [n][feature_count], copied to `to`. Behind
    /// pretrained layers these are the features that a new last layer is trained on. Throws Error unless `to` has so
    /// many values.
    void features(int n, std::span<T> to) { engine_.features(n, to); }
    static constexpr int feature_count = Engine<Layout, Device, T>::feature_count;

    /// The gradient of the loss of gradients(n) by the input, [n][input], copied to `to`. For a model with
    /// Purpose::input_gradient, as InputGradientModel. Throws Error unless `to` has so many values.
    void input_gradient(int n, std::span<T> to)
        requires(Layout::has_input_gradient)
    {
        engine_.input_gradient(n, to);
    }

    /// How many of the outputs count, with a softmax: a network for up to 1000 classes serves any number from 2.
    void active_outputs(int count) {
        if (count < 1 || count > N::output.channels)
            throw Error("the network has " + std::to_string(N::output.channels) + " outputs, not " +
                        std::to_string(count));
        engine_.loss_options.active = count;
        engine_.loss_options.has_class_weights = engine_.loss_options.has_positive_weights = false;
    }
    int active_outputs() const { return engine_.loss_options.active; }

    // The weights. The host may read and write them until the next pass begins; with a device of other memory these
    // are copies, which are downloaded when one is asked for and uploaded by the next pass.

    /// Every parameter and state, named as in a PyTorch state_dict.
    std::span<const Tensor<T>> tensors() const { return memory().tensors(); }

    /// A parameter's gradient, and state k that the optimizer keeps of it. Throw Error where there is none.
    const std::span<T> gradient(const Tensor<T>& t) { return memory().gradient(t); }
    const std::span<T> optimizer_state(const Tensor<T>& t, int k) { return memory().optimizer_state(t, k); }

    /// Steps taken; decides Dropout's random numbers and Adam's corrections, so a resumed run sets it.
    std::uint64_t step() const { return engine_.step; }
    void step(std::uint64_t s) { engine_.step = s; }
    std::uint64_t seed() const { return seed_; }
    Device& device() { return device_; }

    /// For trainers and tests: passes that are launched without the host, and where everything lies on the device.
    Engine<Layout, Device, T>& engine() { return engine_; }
    ModelMemory<Layout, Device, T>& memory() { return engine_.memory(); }
    const ModelMemory<Layout, Device, T>& memory() const { return engine_.memory(); }

private:
    struct NotStarted {};
    Model(Device& device, std::uint64_t seed, NotStarted) : device_(device), seed_(seed), engine_(device, seed) {}

    void set_weights(const std::string& kind, const Staged<T>& to, std::span<const float> weights, bool& given) {
        const int classes = HasLabels<N> ? active_outputs() : N::output.channels;
        if (!weights.empty() && std::ssize(weights) != classes)
            throw Error("there must be " + std::to_string(classes) + " " + kind + " weights, not " +
                        std::to_string(weights.size()));
        for (const float w : weights)
            if (!(w >= 0 && w <= 1e6f))
                throw Error("a " + kind + " weight must be from 0 to 1000000, not " + std::to_string(w));
        memory().batch().upload_weights(device_, to, weights);
        given = !weights.empty();
    }

    Device& device_;
    std::uint64_t seed_;
    Engine<Layout, Device, T> engine_;
};

/// A model whose gradients(n) leaves the gradient of the input, too: what the loss depends on, in a picture or a sound.
/// With the layers in Frozen the weights have no gradients, and running statistics and Dropout are as at inference.
template <class N, class Device = cpu::Device>
using InputGradientModel = Model<N, SGD, Device, float, Fusion::on, Purpose::input_gradient>;

}  // namespace tn
