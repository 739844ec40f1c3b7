// Model: a network with its weights on a backend. One arena, allocated at construction; nothing after it.
#pragma once

#include <algorithm>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include "dsl/net/execute.hpp"
#include "dsl/net/net.hpp"
#include "runtime/core/error.hpp"
#include "runtime/core/random.hpp"
#include "runtime/cpu/backend.hpp"
#include "runtime/train/tensors.hpp"

namespace tn {

/// Stands for an optimizer where a model only infers.
struct NoOptimizer {
    static constexpr int states = 0;
    static constexpr const char* name = "none";
};

/// What a batch gave: the sum of its samples' losses and how many were right.
struct BatchResult {
    double loss = 0;
    int correct = 0, n = 0;
};

template <class N, class Optimizer = NoOptimizer, class Backend = cpu::Backend, class T = float,
          Fusion F = Backend::reference ? Fusion::off : Fusion::on,
          Purpose For = std::is_same_v<Optimizer, NoOptimizer> ? Purpose::infer : Purpose::train>
class Model {
    using schedule = typename N::template schedule<F, For>;
    using layers = typename schedule::layers;
    static constexpr auto& program = schedule::program;
    static constexpr auto& plan = schedule::plan;
    static constexpr bool trains = For != Purpose::infer;
    static constexpr int optimizer_states = Optimizer::states;
    using label_target = std::bool_constant<N::loss::target == Target::label>;

public:
    using network = N;

    /// Values of the arena; times sizeof(T) it is what construction allocates.
    static constexpr std::size_t arena_values = N::template arena_values<F, For, optimizer_states>;

    /// Weights start as the network's initialiser and `seed` say. The backend must outlive the model.
    explicit Model(Backend& backend, std::uint64_t seed = 1)
        : backend_(backend), seed_(seed),
          arena_(static_cast<T*>(::operator new(arena_values * sizeof(T), std::align_val_t{64}))) {
        // Not the planned region: no pass reads there what none wrote, and memory that is not touched is not taken.
        std::fill_n(arena_.get(), planned_begin, T(0));
        std::fill(arena_.get() + targets_begin, arena_.get() + arena_values, T(0));
        list_tensors();
        initialise(typename N::initialiser{});
    }

    /// Starts the weights anew: normal numbers with the deviation of the layer's own initialiser, or of this one.
    template <Initialiser I> void initialise(const I& initialiser) {
        std::uint64_t index = 0;
        for (Tensor<T>& t : tensors_) {
            ++index;
            const bool constant = t.parameter.init.kind == InitRule::constant;
            const float spread = constant || !t.trained ? 0 : deviation(t.parameter, initialiser.rule());
            Random random(seed_, stream::initialise, index);
            for (T& v : t.values)
                v = static_cast<T>(!t.trained ? t.start : constant ? t.parameter.init.value : spread * random.normal());
        }
        if constexpr (trains) std::fill_n(optimizer_state(0), parameter_span * static_cast<std::size_t>(optimizer_states), T(0));
        step_ = 0;
    }

    /// Where the samples of the next batch go: [batch][input], and what they are compared with.
    std::span<T> input() { return {planned(plan.value[0]), N::input.size() * static_cast<std::size_t>(N::batch)}; }
    std::span<int> labels() { return labels_; }
    std::span<T> targets() { return {targets_at(), N::output.size() * static_cast<std::size_t>(N::batch)}; }

    /// How many of the outputs count, with a softmax: a network for up to 1000 classes serves any number from 2.
    void active_outputs(int count) {
        if (count < 1 || count > N::output.channels)
            throw Error("the network has " + std::to_string(N::output.channels) + " outputs, not " + std::to_string(count));
        active_ = count;
    }
    int active_outputs() const { return active_; }

    /// The part of the target that all classes share in training (LossPass::smoothing); 0 <= part < 1.
    void label_smoothing(float part) {
        if (!(part >= 0 && part < 1))
            throw Error("the label smoothing must be at least 0 and below 1, not " + std::to_string(part));
        smoothing_ = part;
    }

    /// Forward, loss, backward and update on the first n samples of input(); 1 <= n <= batch.
    BatchResult train(int n, const Optimizer& optimizer) {
        const BatchResult result = gradients(n);
        update(optimizer);
        return result;
    }

    /// Forward, loss and backward: leaves the gradients.
    BatchResult gradients(int n) {
        static_assert(trains, "a model that trains names its optimizer: Model<Net, Adam>");
        check(n);
        check_labels(n);
        forward(n, true);
        loss(n, gradient_at(program.output));
        backward(n);
        return sum_up(n);
    }

    /// One step of the optimizer with the gradients that are there.
    void update(const Optimizer& optimizer) {
        ++step_;
        const auto rule = optimizer.rule(static_cast<long long>(step_));
        for (const Tensor<T>& t : tensors_)
            if (t.trained) {
                const std::size_t at = static_cast<std::size_t>(t.values.data() - arena_.get());
                T* w = t.values.data();
                T* a = optimizer_states > 0 ? optimizer_state(0) + at : w;
                T* b = optimizer_states > 1 ? optimizer_state(1) + at : a;
                const float decay = t.parameter.decays ? optimizer.weight_decay : 0;
                if constexpr (requires { backend_.update(rule, decay, std::size_t{}, w, w, a, b); })
                    backend_.update(rule, decay, t.values.size(), w, gradient_of(t), a, b);
                else
                    for (std::size_t i = 0; i < t.values.size(); ++i)
                        rule(w[i], static_cast<T>(gradient_of(t)[i] + T(decay) * w[i]), a[i], b[i]);
            }
    }

    /// Forward with the running statistics, and the loss against labels() or targets().
    BatchResult evaluate(int n) {
        check(n);
        check_labels(n);
        forward(n, false);
        loss(n, nullptr);
        return sum_up(n);
    }

    /// Forward with the running statistics: probabilities (or values) of n samples, [n][outputs]; valid until the next
    /// pass.
    std::span<const T> predict(int n) {
        check(n);
        forward(n, false);
        T* y = planned(plan.value[program.output]);
        N::loss::predict(y, y, n, N::output.channels, active_);
        return {y, static_cast<std::size_t>(n) * N::output.size()};
    }

    /// Forward only, in training or evaluation: the outputs before the loss, [n][outputs].
    std::span<T> outputs(int n, bool training) {
        check(n);
        forward(n, training);
        return {planned(plan.value[program.output]), static_cast<std::size_t>(n) * N::output.size()};
    }

    /// Every parameter and state, named as in a PyTorch state_dict.
    std::span<const Tensor<T>> tensors() const { return tensors_; }
    std::span<T> gradient(const Tensor<T>& t) { return {gradient_of(t), t.values.size()}; }
    std::span<T> input_gradient()
        requires(For == Purpose::input_gradient || For == Purpose::watched)
    {
        return {gradient_at(0), input().size()};
    }

    /// The optimizer's memory beside the tensor, its k-th state.
    std::span<T> optimizer_memory(const Tensor<T>& t, int k) {
        return {optimizer_state(k) + (t.values.data() - arena_.get()), t.values.size()};
    }

    /// The whole arena, and the part of it whose contents matter only within a step.
    std::span<T> arena() { return {arena_.get(), arena_values}; }
    std::span<T> planned_region() { return {arena_.get() + planned_begin, plan.size}; }

    /// Steps taken; decides Dropout's random numbers and Adam's corrections, so a resumed run sets it.
    std::uint64_t step() const { return step_; }
    void step(std::uint64_t s) { step_ = s; }
    std::uint64_t seed() const { return seed_; }
    Backend& backend() { return backend_; }

private:
    static constexpr std::size_t parameter_span = N::parameter_span;
    static constexpr std::size_t state_begin =
        parameter_span * (trains ? 2 + static_cast<std::size_t>(optimizer_states) : 1);
    static constexpr std::size_t planned_begin = state_begin + N::state_span;
    static constexpr std::size_t targets_begin = planned_begin + plan.size;

    struct Free {
        void operator()(T* p) const { ::operator delete(p, std::align_val_t{64}); }
    };

    T* planned(std::size_t offset) { return offset == nowhere ? nullptr : arena_.get() + planned_begin + offset; }
    T* gradient_at(int value) { return planned(plan.gradient[value]); }
    T* gradient_of(const Tensor<T>& t) { return t.values.data() + parameter_span; }
    T* optimizer_state(int k) { return arena_.get() + parameter_span * static_cast<std::size_t>(2 + k); }
    T* targets_at() { return arena_.get() + targets_begin; }
    T* losses_at() { return targets_at() + aligned(N::output.size() * static_cast<std::size_t>(N::batch)); }

    void check(int n) const {
        if (n < 1 || n > N::batch)
            throw Error("a batch has 1 to " + std::to_string(N::batch) + " samples here, not " + std::to_string(n));
    }

    /// Before anything runs: a wrong label leaves the model as it was.
    void check_labels(int n) const {
        for (int i = 0; label_target::value && i < n; ++i)
            if (const int label = labels_[static_cast<std::size_t>(i)]; label < 0 || label >= active_)
                throw Error("label " + std::to_string(label) + " is not one of " + std::to_string(active_) + " classes");
    }

    void list_tensors() {
        T* next = arena_.get();
        T* next_state = arena_.get() + state_begin;
        for_each(layers{}, [&]<class P, std::size_t I>(Type<P>, std::integral_constant<std::size_t, I>) {
            constexpr Node node = program.node[I];
            if constexpr (node.runs) {
                const auto name = [&](int member, const char* tensor) {
                    return P::path[member].text().string() + "." + tensor;
                };
                const Parameters p = Traits<typename P::type>::parameters(node.in);
                for (int i = 0; i < p.count; ++i) {
                    const Parameter& parameter = p.item[static_cast<std::size_t>(i)];
                    tensors_.push_back({name(parameter.member, parameter.name), {next, parameter.size()}, parameter,
                                        true, 0, static_cast<int>(I)});
                    next += aligned(parameter.size());
                }
                const States s = Traits<typename P::type>::states(node.in);
                for (int i = 0; i < s.count; ++i) {
                    const State& state = s.item[static_cast<std::size_t>(i)];
                    const auto size = static_cast<std::size_t>(state.size);
                    tensors_.push_back({name(state.member, state.name), {next_state, size},
                                        Parameter{state.name, {state.size}, 1}, false, state.start,
                                        static_cast<int>(I)});
                    next_state += aligned(size);
                }
            }
        });
        labels_.resize(static_cast<std::size_t>(N::batch));
        correct_.resize(static_cast<std::size_t>(N::batch));
        first_tensor_.assign(layers::size + 1, tensors_.size());
        for (std::size_t i = tensors_.size(); i-- > 0;) first_tensor_[static_cast<std::size_t>(tensors_[i].node)] = i;
    }

    /// The tensors of node I for n samples.
    template <std::size_t I> Pass<T> pass(int n, bool training, bool backward) {
        constexpr Node node = program.node[I];
        Pass<T> p;
        p.n = n;
        p.in = node.in;
        p.out = node.out;
        p.training = training;
        p.x = planned(plan.value[node.inputs[0]]);
        p.y = planned(plan.value[node.outputs[0]]);
        p.saved = planned(plan.saved[I]);
        p.work = planned(backward ? plan.work_backward[I] : plan.work_forward[I]);
        p.random = {seed_, step_, static_cast<std::uint32_t>(I)};
        p.branches = std::max(node.input_count, node.output_count);
        for (int k = 0; k < node.input_count; ++k) {
            const auto at = static_cast<std::size_t>(k);
            p.branch_shape[at] = program.value[node.inputs[k]];
            p.xs[at] = planned(plan.value[node.inputs[k]]);
            if (backward) p.dxs[at] = gradient_at(node.inputs[k]);
        }
        if (backward) {
            p.dx = p.dxs[0];
            p.dy = gradient_at(node.outputs[0]);
            for (int k = 0; k < node.output_count; ++k) p.dys[static_cast<std::size_t>(k)] = gradient_at(node.outputs[k]);
        }
        std::size_t parameters = 0, states = 0;
        for (std::size_t i = first_tensor_[I]; i < tensors_.size() && tensors_[i].node == static_cast<int>(I); ++i) {
            const Tensor<T>& t = tensors_[i];
            if (t.trained) {
                p.parameter[parameters] = t.values.data();
                if (trains) p.gradient[parameters] = gradient_of(t);
                ++parameters;
            } else {
                p.state[states++] = t.values.data();
            }
        }
        return p;
    }

    /// Tells a backend that wants to know which step of the plan begins.
    void begin(int step) {
        if constexpr (requires { backend_.begin(step); }) backend_.begin(step);
    }

    void forward(int n, bool training) {
        for_each(layers{}, [&]<class P, std::size_t I>(Type<P>, std::integral_constant<std::size_t, I>) {
            constexpr Node node = program.node[I];
            if constexpr (node.runs && !node.is_fork) {
                begin(static_cast<int>(I));
                run_forward<typename P::type, node.in>(backend_, pass<I>(n, training, false));
            }
        });
    }

    void backward(int n) {
        for_each(Reverse_t<layers>{}, [&]<class P, std::size_t I>(Type<P>, std::integral_constant<std::size_t, I>) {
            constexpr std::size_t at = layers::size - 1 - I;
            constexpr Node node = program.node[at];
            if constexpr (plan.runs_backward[at]) {
                begin(2 * program.nodes - static_cast<int>(at));
                run_backward<typename P::type, node.in>(backend_, pass<at>(n, true, true));
            }
        });
    }

    void loss(int n, T* dx) {
        LossPass<T> p;
        p.n = n;
        p.outputs = N::output.channels;
        p.active = active_;
        p.smoothing = dx ? T(smoothing_) : T(0);
        p.x = planned(plan.value[program.output]);
        if constexpr (label_target::value) {
            p.label = labels_.data();
        } else {
            p.target = targets_at();
        }
        p.dx = dx;
        p.loss = losses_at();
        p.correct = correct_.data();
        begin(program.nodes);
        N::loss::gradient(p);
    }

    BatchResult sum_up(int n) {
        BatchResult r{0, 0, n};
        for (int i = 0; i < n; ++i) {
            r.loss += static_cast<double>(losses_at()[i]);
            r.correct += correct_[static_cast<std::size_t>(i)];
        }
        return r;
    }

    Backend& backend_;
    std::uint64_t seed_;
    std::uint64_t step_ = 0;
    std::unique_ptr<T, Free> arena_;
    std::vector<Tensor<T>> tensors_;
    std::vector<std::size_t> first_tensor_;
    std::vector<int> labels_;
    std::vector<unsigned char> correct_;
    int active_ = N::output.channels;
    float smoothing_ = 0;
};

}  // namespace tn
