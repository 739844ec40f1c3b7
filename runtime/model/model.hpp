// Model: a network with its weights on a device. One arena, allocated at construction; nothing after it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "dsl/net/net.hpp"
#include "runtime/core/error.hpp"
#include "runtime/core/process_group.hpp"
#include "runtime/cpu/device.hpp"
#include "runtime/model/arena_layout.hpp"
#include "runtime/model/batch_buffers.hpp"
#include "runtime/model/batch_result.hpp"
#include "runtime/model/batch_shard.hpp"
#include "runtime/model/executor.hpp"
#include "runtime/model/mirrored_buffer.hpp"
#include "runtime/model/tensors.hpp"
#include "runtime/model/update.hpp"

namespace tn {

/// Stands for an optimizer where a model only infers.
struct NoOptimizer {
    static constexpr int states = 0;
    static constexpr const char* name = "none";
};

template <class N, class Optimizer = NoOptimizer, class Device = cpu::Device, class T = float,
          Fusion F = Fusion::on,
          Purpose For = std::is_same_v<Optimizer, NoOptimizer> ? Purpose::infer : Purpose::train>
class Model {
    using Layout = ArenaLayout<N, F, For, Optimizer::states, Device>;
    static constexpr bool trains = Layout::trains;
    using label_target = std::bool_constant<N::loss::target == Target::label>;

public:
    using network = N;
    using optimizer = Optimizer;
    using value = T;
    using device_type = Device;

    /// Values of the arena; times sizeof(T) it is what construction allocates.
    static constexpr std::size_t arena_values = Layout::size;

    /// Weights start as the network's initialiser and `seed` say. The device must outlive the model.
    explicit Model(Device& device, std::uint64_t seed = 1)
        : device_(device),
          seed_(seed),
          arena_(static_cast<T*>(device.allocate(arena_values * sizeof(T))), Release{&device}),
          kept_(device, arena_.get(), Layout::planned),
          batch_(device, arena_.get()),
          executor_(device, arena_.get(), {seed, batch_.step_number.place}),
          tensors_(list_tensors<Layout>(kept_.host())) {
        initialise(typename N::initialiser{});
    }

    /// Starts the weights anew: normal numbers with the deviation of the layer's own initialiser, or of this one.
    template <Initialiser I> void initialise(const I& initialiser) {
        kept_.to_host();
        tn::initialise(std::span(tensors_), initialiser.rule(), seed_);
        if constexpr (trains) std::fill(kept_.host() + Layout::optimizer_state(0), kept_.host() + Layout::states, T(0));
        step_ = 0;
    }

    /// The most samples that a step takes.
    static constexpr int batch() { return N::batch; }

    /// Where the samples of the next batch go: [batch][input], and what they are compared with.
    std::span<T> input() { return batch_.host_input(); }
    std::span<int> labels() { return batch_.host_labels(); }
    std::span<T> targets() { return batch_.host_targets(); }

    /// How many of the outputs count, with a softmax: a network for up to 1000 classes serves any number from 2.
    void active_outputs(int count) {
        if (count < 1 || count > N::output.channels)
            throw Error("the network has " + std::to_string(N::output.channels) + " outputs, not " +
                        std::to_string(count));
        active_ = count;
        weighted_ = false;
    }
    int active_outputs() const { return active_; }

    /// The part of the target that all classes share in training (LossPass::smoothing); 0 <= part < 1.
    void label_smoothing(float part) {
        if (!(part >= 0 && part < 1))
            throw Error("the label smoothing must be at least 0 and below 1, not " + std::to_string(part));
        smoothing_ = part;
    }

    /// What a sample of each class that counts is worth in training: its loss and gradient are times that. None: all 1.
    /// Choosing active_outputs() makes all 1 again.
    void class_weights(std::span<const float> weights) requires label_target::value {
        if (!weights.empty() && weights.size() != static_cast<std::size_t>(active_))
            throw Error("there must be " + std::to_string(active_) + " class weights, not " +
                        std::to_string(weights.size()));
        for (const float w : weights)
            if (!(w >= 0 && w <= 1e6f))
                throw Error("a class weight must be from 0 to 1000000, not " + std::to_string(w));
        batch_.upload_class_weights(device_, weights);
        weighted_ = !weights.empty();
    }

    /// Forward, loss, backward and update on the first n samples of input(); 1 <= n <= batch.
    BatchResult train(int n, const Optimizer& optimizer) {
        const BatchResult result = gradients(n);
        update(optimizer);
        return result;
    }

    /// Forward, loss and backward: leaves the gradients. On a device that has joined a ProcessGroup, n is this
    /// process's part of a batch; gradients and result are of the whole batch.
    BatchResult gradients(int n) {
        static_assert(trains, "a model that trains names its optimizer: Model<Net, Adam>");
        check(n);
        batch_.check_labels(n, active_);
        share_.begin(group(), n);
        upload(n, true);
        enqueue_gradients(n);
        if (group()) group()->finish_sums();
        return share_.whole(group(), batch_.download_result(device_, n));
    }

    /// One step of the optimizer with the gradients that are there.
    void update(const Optimizer& optimizer) {
        to_device();
        ++step_;
        change_by(optimizer.rule(static_cast<long long>(step_)), optimizer.weight_decay);
    }

    /// A training step on a batch that lies on the device already, by a rule that is read there: nothing is sent,
    /// fetched or waited for, and the arguments of what is launched are the same in every step. Before it, and before
    /// what it launched is replayed, goes to_device().
    template <class Rule> void enqueue_step(int n, const Rule& rule, float weight_decay) {
        enqueue_gradients(n);
        change_by(rule, weight_decay);
    }

    /// Where on the device a step finds its batch and its number, counted from 0, and leaves every sample's result and
    /// what it has changed.
    struct Places {
        T* input;
        int* labels;
        std::uint64_t* step;
        const T* losses;
        const unsigned char* correct;
        std::span<const T> parameters, states;
    };
    Places places() {
        return {batch_.input.place,
                batch_.labels.place,
                batch_.step_number.place,
                batch_.losses.place,
                batch_.correct.place,
                {arena_.get(), Layout::parameter_span},
                {arena_.get() + Layout::states, N::state_span}};
    }

    /// Forward with the running statistics, and the loss against labels() or targets().
    BatchResult evaluate(int n) {
        check(n);
        batch_.check_labels(n, active_);
        upload(n, true);
        executor_.forward(n, false);
        executor_.loss(n, loss_pass(n));
        return batch_.download_result(device_, n);
    }

    /// Forward with the running statistics: probabilities (or values) of n samples, [n][outputs]; valid until the next
    /// pass.
    std::span<const T> predict(int n) {
        check(n);
        upload(n, false);
        executor_.forward(n, false);
        device_.for_ranges(n, PredictPart<typename N::loss, T>{batch_.outputs.place, N::output.channels, active_});
        return batch_.download_outputs(device_, n);
    }

    /// Forward only, in training or evaluation: the outputs before the loss, [n][outputs].
    std::span<T> outputs(int n, bool training) {
        check(n);
        upload(n, false);
        executor_.forward(n, training, share_.first);
        return batch_.download_outputs(device_, n);
    }

    /// Every parameter and state, named as in a PyTorch state_dict. The host may read and write them, and their
    /// gradients and the optimizer's memory, until the next pass begins; with a device these are copies, which go to
    /// and fro.
    std::span<const Tensor<T>> tensors() const {
        kept_.to_host();
        return tensors_;
    }
    std::span<T> gradient(const Tensor<T>& t) {
        kept_.to_host();
        return {t.values.data() + Layout::gradients, t.values.size()};
    }

    /// The optimizer's memory beside the tensor, its k-th state.
    std::span<T> optimizer_memory(const Tensor<T>& t, int k) {
        kept_.to_host();
        return {t.values.data() + Layout::optimizer_state(k), t.values.size()};
    }

    /// Gives the device what the host may have changed. Every pass begins with it.
    void to_device() { kept_.to_device(); }

    /// Memory of the device, which the host reaches only where that is its own: a tensor, its gradient, the gradient
    /// of the input, the whole arena, and the part of it whose contents matter only within a step.
    std::span<T> place_of(const Tensor<T>& t) {
        return {arena_.get() + (t.values.data() - kept_.host()), t.values.size()};
    }
    std::span<T> place_of_gradient(const Tensor<T>& t) {
        return {place_of(t).data() + Layout::gradients, t.values.size()};
    }
    std::span<T> input_gradient() requires(For == Purpose::input_gradient || For == Purpose::watched) {
        device_.wait();
        return {executor_.input_gradient(), input().size()};
    }
    std::span<T> arena() {
        device_.wait();
        return {arena_.get(), arena_values};
    }
    std::span<T> planned_region() {
        device_.wait();
        return {arena_.get() + Layout::planned, Layout::schedule::plan.size};
    }

    /// Steps taken; decides Dropout's random numbers and Adam's corrections, so a resumed run sets it.
    std::uint64_t step() const { return step_; }
    void step(std::uint64_t s) { step_ = s; }
    std::uint64_t seed() const { return seed_; }
    Device& device() { return device_; }

    /// Batches are shared with the other processes of the group from now on; null: with none. Throws Error where the
    /// device cannot.
    void join(ProcessGroup* group) {
        if constexpr (requires { device_.join(group); })
            device_.join(group);
        else if (group)
            throw Error("training by several processes is not there for " + device_.describe());
    }

private:
    struct Release {
        Device* device;
        void operator()(T* p) const { device->release(p); }
    };

    void check(int n) const {
        if (n < 1 || n > N::batch)
            throw Error("a batch has 1 to " + std::to_string(N::batch) + " samples here, not " + std::to_string(n));
    }

    void upload(int n, bool compared) {
        to_device();
        batch_.upload(device_, n, step_, compared);
    }

    /// Null unless the device has joined one: then it computes a part of the batch here and the other parts elsewhere.
    static constexpr bool shares = requires(Device & b) { b.group(); };
    ProcessGroup* group() {
        if constexpr (shares) return device_.group();
        return nullptr;
    }

    void enqueue_gradients(int n) {
        executor_.forward(n, true, share_.first);
        executor_.loss(n, training_loss_pass(n));
        executor_.backward(n, share_.first, [this](std::size_t entry) { begin_sum(Layout::entries[entry]); });
    }

    /// The gradients of an entry of the running list are there.
    void begin_sum(const typename Layout::Entry& entry) {
        if constexpr (shares)
            if (ProcessGroup* others = group(); others && entry.parameters > 0) {
                T* const gradients = arena_.get() + Layout::gradients;
                others->begin_sum({gradients + entry.parameter[0], gradients + entry.end});
            }
    }

    LossPass<T> loss_pass(int n) const {
        LossPass<T> p;
        p.n = n;
        p.active = active_;
        if constexpr (label_target::value)
            p.label = batch_.labels.place;
        else
            p.target = batch_.targets.place;
        p.loss = batch_.losses.place;
        p.correct = batch_.correct.place;
        return p;
    }
    LossPass<T> training_loss_pass(int n) const {
        LossPass<T> p = loss_pass(n + share_.elsewhere);
        p.smoothing = T(smoothing_);
        if (weighted_) p.class_weight = batch_.class_weights.place;
        p.dx = executor_.output_gradient();
        return p;
    }

    template <class Rule> void change_by(const Rule& rule, float weight_decay) {
        update_all<Layout>(device_, std::span<const Tensor<T>>(tensors_), arena_.get(), rule, weight_decay);
    }

    Device& device_;
    std::uint64_t seed_;
    std::uint64_t step_ = 0;
    std::unique_ptr<T, Release> arena_;
    /// The front of the arena: parameters, gradients, the optimizer's memory and states.
    mutable MirroredBuffer<Device, T> kept_;
    BatchBuffers<Layout, Device, T> batch_;
    Executor<Layout, Device, T> executor_;
    std::vector<Tensor<T>> tensors_;
    BatchShard share_;
    int active_ = N::output.channels;
    float smoothing_ = 0;
    bool weighted_ = false;
};

}  // namespace tn
