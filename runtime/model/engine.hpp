// What a model does with a batch: forward, loss, backward and the optimizer's step, each on the device and in order.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dsl/core/index.hpp"
#include "dsl/loss/loss.hpp"
#include "runtime/core/error.hpp"
#include "runtime/core/process_group.hpp"
#include "runtime/model/batch_result.hpp"
#include "runtime/model/batch_shard.hpp"
#include "runtime/model/executor.hpp"
#include "runtime/model/gradient_norm.hpp"
#include "runtime/model/hyperparameters.hpp"
#include "runtime/model/input_check.hpp"
#include "runtime/model/model_memory.hpp"
#include "runtime/model/not_finite.hpp"
#include "runtime/model/predictions.hpp"
#include "runtime/model/staging_buffer.hpp"
#include "runtime/model/state_backup.hpp"
#include "runtime/model/update.hpp"

namespace tn {

/// How a batch's loss is taken; Model checks the values.
struct LossOptions {
    int active;                         ///< how many outputs count
    float smoothing = 0;                ///< in training
    bool has_class_weights = false;     ///< in training; they lie in BatchBuffers::class_weights
    bool has_positive_weights = false;  ///< the same
};

/// A network on a device, which must outlive it.
template <class Layout, class Device, class T> class Engine {
    using N = typename Layout::network;
    static constexpr bool has_labels = LossTraits<typename N::loss>::labelled;

public:
    Engine(Device& device, std::uint64_t seed)
        : device_(device),
          memory_(device),
          executor_(device, memory_.arena_begin(), memory_.arena_begin() + Layout::planned,
                    {seed, memory_.batch().step_number.device}),
          norm_(device, memory_.arena_begin()),
          states_(device, memory_.device_pointers().states.first(N::state_span)) {}

    ModelMemory<Layout, Device, T>& memory() { return memory_; }
    const ModelMemory<Layout, Device, T>& memory() const { return memory_; }

    LossOptions loss_options{N::output.channels};
    std::uint64_t step = 0;  ///< steps taken

    /// A whole step; throws NotFinite instead of the update, and then leaves parameters and states as they were.
    template <class Optimizer> BatchResult train(int n, const Optimizer& optimizer) {
        check_batch(n);
        memory_.upload();
        states_.save();
        const BatchResult result = checked_gradients(n);
        const bool diverged = !std::isfinite(result.loss);
        if (diverged || !std::isfinite(result.gradient_norm)) {
            states_.restore();
            throw NotFinite(diverged ? "the loss" : non_finite_gradient());
        }
        apply(optimizer);
        return result;
    }

    BatchResult gradients(int n) {
        static_assert(Layout::trains, "a model that trains names its optimizer: Model<Net, Adam>");
        check_batch(n);
        return checked_gradients(n);
    }

    template <class Optimizer> void update(const Optimizer& optimizer) {
        memory_.upload();
        norm_.compute(device_);
        norm_.download(device_);
        device_.wait();
        if (!std::isfinite(norm_.value())) throw NotFinite(non_finite_gradient());
        apply(optimizer);
    }

    BatchResult evaluate(int n) {
        check_batch(n);
        upload(n, true);
        executor_.forward(n, false);
        executor_.loss(n, loss_pass(n));
        return memory_.batch().download_result(device_, n);
    }

    std::span<T> predict(int n) {
        check_count(n);
        upload(n, false);
        executor_.forward(n, false);
        enqueue_predictions<N>(device_, memory_.batch().outputs.device, n, loss_options.active);
        return memory_.batch().download_outputs(device_, n);
    }

    std::span<T> outputs(int n, bool training) {
        check_count(n);
        if (training && !Layout::trains) throw Error("a model that only infers has no outputs in training");
        upload(n, false);
        if (training)
            each_part(n, n, [this](int count, int from) { executor_.forward(count, true, shard_.first, from); });
        else
            executor_.forward(n, false);
        return memory_.batch().download_outputs(device_, n);
    }

    /// What Model::features() says.
    void features(int n, std::span<T> to) {
        if (Executor<Layout, Device, T>::last_node.in_place)
            throw Error("there are no features where the last layer computes in place");
        check_count(n);
        if (std::ssize(to) != Index{n} * feature_count)
            throw Error("the features of " + std::to_string(n) + " samples are " +
                        std::to_string(Index{n} * feature_count) + " values, not " + std::to_string(to.size()));
        upload(n, false);
        executor_.forward(n, false);
        download(executor_.last_input(), to);
        using Last = Executor<Layout, Device, T>;
        if constexpr (Last::last_node.channels_last.x) planes_from_rows(n, Last::last_node.in, to);
    }
    static constexpr int feature_count = static_cast<int>(Executor<Layout, Device, T>::last_node.in.size());

    /// What Model::input_gradient() says.
    void input_gradient(int n, std::span<T> to) {
        check_count(n);
        if (std::ssize(to) != Index{n} * static_cast<Index>(N::input.size()))
            throw Error("the gradient of " + std::to_string(n) + " inputs is " + std::to_string(n * N::input.size()) +
                        " values, not " + std::to_string(to.size()));
        download(executor_.input_gradient(), to);
    }

    /// Takes all that the other one keeps from step to step, and how its loss is taken.
    void copy(const Engine& other) {
        memory_.copy(other.memory_);
        loss_options = other.loss_options;
        step = other.step;
        norm_.most = other.norm_.most;
        tensors_ = other.tensors_;
    }

    /// A training step on a batch that lies on the device already, by a rule that is read there: nothing is uploaded,
    /// downloaded, waited for or checked, and the arguments of what is launched are the same in every step. Before it,
    /// and before what it launched is replayed, comes memory().upload(). Where a gradient is not finite the optimizer's
    /// part of the step changes nothing.
    template <class Rule> void enqueue_step(int n, const Rule& rule, float weight_decay) {
        enqueue_gradients(n);
        norm_.compute(device_);
        enqueue_update(rule, weight_decay);
    }

    /// The norm of all gradients of the last step, and the largest one that is let through.
    GradientNorm<Layout, Device, T>& norm() { return norm_; }

    /// Model::tensor_factors().
    void choose_factors(const ChooseFactors& choose) {
        auto chosen = TrainedTensors<Layout>::spans;
        auto next = chosen.begin();
        for (const Tensor<T>& t : memory_.tensor_list()) {
            if (!t.trained) continue;
            choose(t.name, next->factors);
            check_factors(t.name, (next++)->factors);
        }
        tensors_ = chosen;
    }

private:
    void check_count(int n) const {
        if (n < 1 || n > N::batch)
            throw Error("a batch has 1 to " + std::to_string(N::batch) + " samples here, not " + std::to_string(n));
        tn::check_input<N>(memory_.batch().host_input(), n);
    }
    void check_batch(int n) {
        check_count(n);
        memory_.batch().check_labels(n, loss_options.active);
    }

    /// Samples [positions][channels] to [channels][positions].
    static void planes_from_rows(int n, Shape shape, std::span<T> values) {
        const std::vector<T> rows(values.begin(), values.end());
        const auto plane = static_cast<Index>(shape.plane());
        for (Index sample = 0, at = 0; sample < n; ++sample)
            for (Index c = 0; c < shape.channels; ++c)
                for (Index p = 0; p < plane; ++p, ++at) values[at] = rows[(sample * plane + p) * shape.channels + c];
    }

    /// Waits for the passes, and copies what they have left at `from`.
    void download(T* from, std::span<T> to) {
        StagingBuffer<Device> memory(device_, StagingBuffer<Device>::template bytes_of<T>(to.size()));
        const Staged<T> values = memory.stage(from, to.size());
        device_.download(values.host, values.device, to.size());
        device_.wait();
        std::copy_n(values.host, to.size(), to.begin());
    }

    BatchResult checked_gradients(int n) {
        shard_.begin(group(), n);
        if (shard_.most > 0 && shard_.fewest < parts_of(shard_.most))
            throw Error("a process has " + std::to_string(shard_.fewest) + " samples of a batch that is taken in " +
                        std::to_string(parts_of(shard_.most)) + " parts: each needs one for every part");
        upload(n, true);
        enqueue_gradients(n);
        if (group()) group()->finish_sums();
        norm_.compute(device_);
        norm_.download(device_);
        BatchResult result = shard_.whole(group(), memory_.batch().download_result(device_, n));
        result.gradient_norm = norm_.value();
        return result;
    }

    void upload(int n, bool with_targets) {
        if (memory_.upload()) executor_.keep();
        memory_.batch().upload(device_, n, step, with_targets);
    }

    /// Null unless the device has joined one: then it computes a part of the batch here and the others the rest.
    static constexpr bool shares = requires(Device& b) { b.group(); };
    ProcessGroup* group() {
        if constexpr (shares) return device_.group();
        return nullptr;
    }

    /// In how many parts training takes a batch of which no process has more than `most` samples.
    static constexpr int parts_of(int most) { return (most - 1) / Executor<Layout, Device, T>::most_at_once + 1; }

    /// Calls f(samples, the first of them) for all parts of n samples, which have as many each, or one more.
    template <class F> static void each_part(int n, int most, F f) {
        const int parts = parts_of(most);
        for (int k = 0, from = 0; k < parts; ++k) {
            const int count = n / parts + (k < n % parts);
            f(count, from);
            from += count;
        }
    }

    void enqueue_gradients(int n) {
        each_part(n, std::max(n, shard_.most), [this, n](int count, int from) {
            if (count < n) shard_.begin_part(group(), count);
            executor_.forward(count, true, shard_.first, from);
            executor_.loss(count, training_loss_pass(n, from), from);
            executor_.backward(count, shard_.first, from, from > 0,
                               [this, last = from + count == n](std::size_t entry) {
                                   if (last) begin_sum(Layout::entries[entry]);
                               });
        });
    }

    /// The gradients of an entry of the running list are there, and so are those that it shares and owns, since layers
    /// run backward from the last.
    void begin_sum(const typename Layout::Entry& entry) {
        if constexpr (shares)
            if (ProcessGroup* others = group(); others && entry.end > entry.begin) {
                T* const gradients = memory_.arena_begin() + Layout::gradients;
                others->begin_sum({gradients + entry.begin, gradients + entry.end});
            }
    }

    LossPass<T> loss_pass(int n) const {
        const auto& batch = memory_.batch();
        LossPass<T> p;
        p.n = n;
        p.active = loss_options.active;
        p.counted = batch.counted.device;
        if constexpr (has_labels)
            p.label = batch.labels.device;
        else
            p.target = batch.targets.device;
        p.loss = batch.losses.device;
        p.correct = batch.correct.device;
        return p;
    }
    /// Of the samples from sample `from` on, where there are n here.
    LossPass<T> training_loss_pass(int n, int from) const {
        LossPass<T> p = loss_pass(n + shard_.elsewhere);
        if constexpr (has_labels)
            p.label += from * LossTraits<typename N::loss>::labels(N::output);
        else
            p.target += from * N::output.size();
        p.counted += from;
        p.loss += from;
        p.correct += from;
        p.smoothing = T(loss_options.smoothing);
        if (loss_options.has_class_weights) p.class_weight = memory_.batch().class_weights.device;
        if (loss_options.has_positive_weights) p.positive_weight = memory_.batch().positive_weights.device;
        p.dx = executor_.output_gradient();
        return p;
    }

    /// Names the first gradient that is not finite, where the norm of all is not.
    std::string non_finite_gradient() {
        for (const Tensor<T>& t : memory_.tensors())
            if (t.trained && !all_finite(std::span<const T>(memory_.gradient(t))))
                return "the gradient of '" + t.name + "'";
        return "the norm of the gradients";
    }

    template <class Optimizer> void apply(const Optimizer& optimizer) {
        ++step;
        enqueue_update(optimizer.rule(step), optimizer.weight_decay);
    }
    template <class Rule> void enqueue_update(const Rule& rule, float weight_decay) {
        update_all<Layout>(device_, tensors_, memory_.arena_begin(), rule, weight_decay, norm_.clip());
    }

    Device& device_;
    ModelMemory<Layout, Device, T> memory_;
    Executor<Layout, Device, T> executor_;
    GradientNorm<Layout, Device, T> norm_;
    StateBackup<Device, T> states_;
    BatchShard shard_;
    typename TrainedTensors<Layout>::Spans tensors_ = TrainedTensors<Layout>::spans;
};

}  // namespace tn
