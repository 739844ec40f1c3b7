// Model: a network with its weights on a backend. One arena, allocated at construction; nothing after it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "dsl/net/execute.hpp"
#include "dsl/net/net.hpp"
#include "runtime/core/error.hpp"
#include "runtime/core/random.hpp"
#include "runtime/cpu/backend.hpp"
#include "runtime/train/batch_result.hpp"
#include "runtime/distributed/group.hpp"
#include "runtime/train/exchange.hpp"
#include "runtime/train/tensors.hpp"

namespace tn {

/// Stands for an optimizer where a model only infers.
struct NoOptimizer {
    static constexpr int states = 0;
    static constexpr const char* name = "none";
};

/// What a backend's kernels keep and need beside a network's own values: its type `sizes`, or those of the CPU.
template <class Backend> struct SizesOfBackend {
    using type = cpu::Sizes;
};
template <class Backend>
    requires requires { typename Backend::sizes; }
struct SizesOfBackend<Backend> {
    using type = typename Backend::sizes;
};
template <class Backend> using SizesOf = typename SizesOfBackend<Backend>::type;

namespace detail {
/// Where a tensor that decays lies among the parameters.
struct DecaySpan {
    std::uint32_t begin, end;
};
}  // namespace detail

template <class N, class Optimizer = NoOptimizer, class Backend = cpu::Backend, class T = float,
          Fusion F = Backend::reference ? Fusion::off : Fusion::on,
          Purpose For = std::is_same_v<Optimizer, NoOptimizer> ? Purpose::infer : Purpose::train>
class Model {
    using schedule = typename N::template schedule<F, For, SizesOf<Backend>>;
    using layers = typename schedule::layers;
    static constexpr auto& program = schedule::program;
    static constexpr auto& plan = schedule::plan;
    static constexpr bool trains = For != Purpose::infer;
    static constexpr int optimizer_states = Optimizer::states;
    using label_target = std::bool_constant<N::loss::target == Target::label>;

public:
    using network = N;
    using optimizer = Optimizer;
    using value = T;
    using sizes = SizesOf<Backend>;

    /// Values of the arena; times sizeof(T) it is what construction allocates.
    static constexpr std::size_t arena_values = N::template arena_values<F, For, optimizer_states, SizesOf<Backend>>;

    /// Weights start as the network's initialiser and `seed` say. The backend must outlive the model.
    explicit Model(Backend& backend, std::uint64_t seed = 1)
        : backend_(backend), seed_(seed),
          arena_(static_cast<T*>(backend.allocate(arena_values * sizeof(T))), Release{&backend}),
          exchange_(backend, exchange_bytes) {
        place_batch();
        list_tensors();
        initialise(typename N::initialiser{});
    }

    /// Starts the weights anew: normal numbers with the deviation of the layer's own initialiser, or of this one.
    template <Initialiser I> void initialise(const I& initialiser) {
        backend_.wait();
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

    /// The most samples that a step takes.
    static constexpr int batch() { return N::batch; }

    /// Where the samples of the next batch go: [batch][input], and what they are compared with.
    std::span<T> input() { return {input_.host, input_size(N::batch)}; }
    std::span<int> labels() { return {labels_.host, static_cast<std::size_t>(N::batch)}; }
    std::span<T> targets() { return {targets_.host, output_size(N::batch)}; }

    /// How many of the outputs count, with a softmax: a network for up to 1000 classes serves any number from 2.
    void active_outputs(int count) {
        if (count < 1 || count > N::output.channels)
            throw Error("the network has " + std::to_string(N::output.channels) + " outputs, not " + std::to_string(count));
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
        backend_.wait();
        std::copy(weights.begin(), weights.end(), class_weights_.host);
        backend_.send(class_weights_.place, class_weights_.host, weights.size());
        weighted_ = !weights.empty();
    }

    /// Forward, loss, backward and update on the first n samples of input(); 1 <= n <= batch.
    BatchResult train(int n, const Optimizer& optimizer) {
        const BatchResult result = gradients(n);
        update(optimizer);
        return result;
    }

    /// Forward, loss and backward: leaves the gradients. On a backend that has joined a Group, n is this process's part
    /// of a batch; gradients and result are of the whole batch.
    BatchResult gradients(int n) {
        static_assert(trains, "a model that trains names its optimizer: Model<Net, Adam>");
        check(n);
        check_labels(n);
        share_batch(n);
        send_batch(n, true);
        enqueue_gradients(n);
        finish_sums();
        return of_batch(sum_up(n));
    }

    /// One step of the optimizer with the gradients that are there.
    void update(const Optimizer& optimizer) {
        ++step_;
        update_by(optimizer.rule(static_cast<long long>(step_)), optimizer.weight_decay);
    }

    /// A training step on a batch that lies on the device already, by a rule that is read there: nothing is sent,
    /// fetched or waited for, and the arguments of what is launched are the same in every step.
    template <class Rule> void enqueue_step(int n, const Rule& rule, float weight_decay) {
        enqueue_gradients(n);
        update_by(rule, weight_decay);
    }

    /// Where on the device a step finds its batch and its number, counted from 0, and leaves every sample's result.
    struct Places {
        T* input;
        int* labels;
        std::uint64_t* step;
        const T* losses;
        const unsigned char* correct;
    };
    Places places() { return {input_.place, labels_.place, step_number_.place, losses_.place, correct_.place}; }

    /// Forward with the running statistics, and the loss against labels() or targets().
    BatchResult evaluate(int n) {
        check(n);
        check_labels(n);
        send_batch(n, true);
        forward(n, false);
        loss(n, nullptr);
        return sum_up(n);
    }

    /// Forward with the running statistics: probabilities (or values) of n samples, [n][outputs]; valid until the next
    /// pass.
    std::span<const T> predict(int n) {
        check(n);
        send_batch(n, false);
        forward(n, false);
        backend_.for_ranges(n, PredictPart<typename N::loss, T>{outputs_.place, N::output.channels, active_});
        return fetch_outputs(n);
    }

    /// Forward only, in training or evaluation: the outputs before the loss, [n][outputs].
    std::span<T> outputs(int n, bool training) {
        check(n);
        send_batch(n, false);
        forward(n, training);
        return fetch_outputs(n);
    }

    /// Every parameter and state, named as in a PyTorch state_dict. The host may read and write them, and what the
    /// functions below give, until the next pass begins.
    std::span<const Tensor<T>> tensors() const {
        backend_.wait();
        return tensors_;
    }
    std::span<T> gradient(const Tensor<T>& t) {
        backend_.wait();
        return {gradient_of(t), t.values.size()};
    }
    std::span<T> input_gradient()
        requires(For == Purpose::input_gradient || For == Purpose::watched)
    {
        backend_.wait();
        return {gradient_at(0), input().size()};
    }

    /// The optimizer's memory beside the tensor, its k-th state.
    std::span<T> optimizer_memory(const Tensor<T>& t, int k) {
        backend_.wait();
        return {optimizer_state(k) + (t.values.data() - arena_.get()), t.values.size()};
    }

    /// The whole arena, and the part of it whose contents matter only within a step.
    std::span<T> arena() {
        backend_.wait();
        return {arena_.get(), arena_values};
    }
    std::span<T> planned_region() {
        backend_.wait();
        return {arena_.get() + planned_begin, plan.size};
    }

    /// Steps taken; decides Dropout's random numbers and Adam's corrections, so a resumed run sets it.
    std::uint64_t step() const { return step_; }
    void step(std::uint64_t s) { step_ = s; }
    std::uint64_t seed() const { return seed_; }
    Backend& backend() { return backend_; }

    /// Batches are shared with the other processes of the group from now on; null: with none. Throws Error where the
    /// backend cannot.
    void join(Group* group) {
        if constexpr (requires { backend_.join(group); })
            backend_.join(group);
        else if (group)
            throw Error("training by several processes is not there for " + backend_.describe());
    }

private:
    static constexpr std::size_t parameter_span = N::parameter_span;
    static constexpr std::size_t state_begin =
        parameter_span * (trains ? 2 + static_cast<std::size_t>(optimizer_states) : 1);
    static constexpr std::size_t planned_begin = state_begin + N::state_span;
    static constexpr std::size_t targets_begin = planned_begin + plan.size;

    static constexpr std::size_t input_size(int n) { return N::input.size() * static_cast<std::size_t>(n); }
    static constexpr std::size_t output_size(int n) { return N::output.size() * static_cast<std::size_t>(n); }

    using ExchangeOf = Exchange<Backend>;
    static constexpr std::size_t exchange_bytes = [] {
        constexpr auto n = static_cast<std::size_t>(N::batch);
        return ExchangeOf::template bytes_of<std::uint64_t>(1) + ExchangeOf::template bytes_of<T>(input_size(N::batch)) +
               2 * ExchangeOf::template bytes_of<T>(output_size(N::batch)) +
               ExchangeOf::template bytes_of<T>(N::output.size()) + ExchangeOf::template bytes_of<T>(n) +
               ExchangeOf::template bytes_of<int>(n) + ExchangeOf::template bytes_of<unsigned char>(n);
    }();

    struct Release {
        Backend* backend;
        void operator()(T* p) const { backend->release(p); }
    };

    /// The number of each entry's first layer before fusion: random numbers do not depend on what is fused.
    static constexpr auto number_of_layer = [] {
        std::array<std::uint32_t, layers::size> numbers{};
        std::uint32_t next = 0;
        for_each(layers{}, [&]<class P, std::size_t I>(Type<P>, std::integral_constant<std::size_t, I>) {
            numbers[I] = next;
            next += static_cast<std::uint32_t>(P::members);
        });
        return numbers;
    }();

    /// The parameters that weight decay acts on, in the order of the arena.
    static constexpr auto decay_spans = [] {
        constexpr auto walk = [](auto found) {
            std::size_t at = 0;
            for_each(layers{}, [&]<class P, std::size_t I>(Type<P>, std::integral_constant<std::size_t, I>) {
                if (!program.node[I].runs) return;
                const Parameters p = Traits<typename P::type>::parameters(program.node[I].in);
                for (int i = 0; i < p.count; ++i) {
                    const Parameter& parameter = p.item[static_cast<std::size_t>(i)];
                    if (parameter.decays) found(at, at + parameter.size());
                    at += aligned(parameter.size());
                }
            });
        };
        constexpr std::size_t count = [walk] {
            std::size_t n = 0;
            walk([&n](std::size_t, std::size_t) { ++n; });
            return n;
        }();
        std::array<detail::DecaySpan, count> spans{};
        std::size_t next = 0;
        walk([&](std::size_t begin, std::size_t end) {
            spans[next++] = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
        });
        return spans;
    }();

    T* planned(std::size_t offset) { return offset == nowhere ? nullptr : arena_.get() + planned_begin + offset; }
    T* gradient_at(int value) { return planned(plan.gradient[value]); }
    T* gradient_of(const Tensor<T>& t) { return t.values.data() + parameter_span; }
    T* optimizer_state(int k) { return arena_.get() + parameter_span * static_cast<std::size_t>(2 + k); }

    void check(int n) const {
        if (n < 1 || n > N::batch)
            throw Error("a batch has 1 to " + std::to_string(N::batch) + " samples here, not " + std::to_string(n));
    }

    /// Before anything runs: a wrong label leaves the model as it was.
    void check_labels(int n) const {
        for (int i = 0; label_target::value && i < n; ++i)
            if (const int label = labels_.host[i]; label < 0 || label >= active_)
                throw Error("label " + std::to_string(label) + " is not one of " + std::to_string(active_) + " classes");
    }

    /// The step's number and the batch's targets, losses, labels and results lie behind the planned region.
    void place_batch() {
        constexpr auto n = static_cast<std::size_t>(N::batch);
        auto* step_number = reinterpret_cast<std::uint64_t*>(arena_.get() + targets_begin);
        T* targets = arena_.get() + targets_begin + aligned(2);
        T* losses = targets + aligned(output_size(N::batch));
        int* labels = reinterpret_cast<int*>(losses + aligned(n));
        auto* correct = reinterpret_cast<unsigned char*>(losses + 2 * aligned(n));
        T* class_weights = losses + 3 * aligned(n);
        std::uninitialized_fill_n(step_number, 1, std::uint64_t{0});
        std::uninitialized_fill_n(labels, n, 0);
        std::uninitialized_fill_n(correct, n, static_cast<unsigned char>(0));
        step_number_ = exchange_.share(step_number, 1);
        input_ = exchange_.share(planned(plan.value[0]), input_size(N::batch));
        outputs_ = exchange_.share(planned(plan.value[program.output]), output_size(N::batch));
        targets_ = exchange_.share(targets, output_size(N::batch));
        losses_ = exchange_.share(losses, n);
        class_weights_ = exchange_.share(class_weights, N::output.size());
        labels_ = exchange_.share(labels, n);
        correct_ = exchange_.share(correct, n);
    }

    template <class Rule> void update_by(const Rule& rule, float weight_decay) {
        T* first = arena_.get();
        T* first_a = optimizer_states > 0 ? optimizer_state(0) : first;
        T* first_b = optimizer_states > 1 ? optimizer_state(1) : first_a;
        if constexpr (requires {
                          backend_.update_all(rule, 0.0f, decay_spans, parameter_span, first, first, first_a, first_b);
                      }) {
            backend_.update_all(rule, weight_decay, decay_spans, parameter_span, first, first + parameter_span, first_a,
                                first_b);
        } else {
            for (const Tensor<T>& t : tensors_) {
                const auto at = static_cast<std::size_t>(t.values.data() - first);
                const T decay = t.parameter.decays ? weight_decay : 0;
                for (std::size_t i = at; t.trained && i < at + t.values.size(); ++i)
                    rule(first[i], static_cast<T>(first[parameter_span + i] + decay * first[i]), first_a[i], first_b[i]);
            }
        }
    }

    std::span<T> fetch_outputs(int n) {
        backend_.fetch(outputs_.host, outputs_.place, output_size(n));
        backend_.wait();
        return {outputs_.host, output_size(n)};
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
        p.random = {seed_, step_number_.place, number_of_layer[I]};
        if (training) p.first = first_;
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

    /// A backend that has joined a Group computes a part of the batch here and the other parts elsewhere: it is asked
    /// where this part lies, told when the gradients of an entry of the list are there, and waited for at the end.
    static constexpr bool shares = requires(Backend& b) { b.group(); };

    void share_batch(int n) {
        first_ = elsewhere_ = 0;
        if constexpr (shares)
            if (Group* group = backend_.group()) {
                group->begin_batch(n);
                first_ = group->first();
                elsewhere_ = group->whole() - n;
            }
    }
    void begin_sum(std::size_t node) {
        if constexpr (shares)
            if (Group* group = backend_.group()) {
                std::size_t begin = first_tensor_[node], end = begin;
                while (end < tensors_.size() && tensors_[end].node == static_cast<int>(node) && tensors_[end].trained) ++end;
                if (begin == end) return;
                const Tensor<T>& last = tensors_[end - 1];
                T* from = gradient_of(tensors_[begin]);
                group->begin_sum({from, gradient_of(last) + last.values.size()});
            }
    }
    void finish_sums() {
        if constexpr (shares)
            if (Group* group = backend_.group()) group->finish_sums();
    }
    BatchResult of_batch(BatchResult part) {
        if constexpr (shares)
            if (Group* group = backend_.group()) {
                double values[2] = {part.loss, static_cast<double>(part.correct)};
                group->sum(values);
                return {values[0], static_cast<int>(values[1]), part.n + elsewhere_};
            }
        return part;
    }

    /// Hands the backend the first n samples, with what they are compared with if wanted, and the step's number.
    void send_batch(int n, bool compared) {
        *step_number_.host = step_;
        backend_.send(step_number_.place, step_number_.host, 1);
        backend_.send(input_.place, input_.host, input_size(n));
        if (!compared) return;
        if constexpr (label_target::value)
            backend_.send(labels_.place, labels_.host, static_cast<std::size_t>(n));
        else
            backend_.send(targets_.place, targets_.host, output_size(n));
    }

    void enqueue_gradients(int n) {
        forward(n, true);
        loss(n, gradient_at(program.output));
        backward(n);
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
                begin_sum(at);
            }
        });
    }

    void loss(int n, T* dx) {
        LossPass<T> p;
        p.n = dx ? n + elsewhere_ : n;
        p.outputs = N::output.channels;
        p.active = active_;
        p.smoothing = dx ? T(smoothing_) : T(0);
        p.x = planned(plan.value[program.output]);
        if constexpr (label_target::value) {
            p.label = labels_.place;
            if (dx && weighted_) p.class_weight = class_weights_.place;
        } else {
            p.target = targets_.place;
        }
        p.dx = dx;
        p.loss = losses_.place;
        p.correct = correct_.place;
        begin(program.nodes);
        backend_.for_ranges(n, LossPart<typename N::loss, T>{p});
    }

    BatchResult sum_up(int n) {
        backend_.fetch(losses_.host, losses_.place, static_cast<std::size_t>(n));
        backend_.fetch(correct_.host, correct_.place, static_cast<std::size_t>(n));
        backend_.wait();
        BatchResult r{0, 0, n};
        for (int i = 0; i < n; ++i) {
            r.loss += static_cast<double>(losses_.host[i]);
            r.correct += correct_.host[i];
        }
        return r;
    }

    Backend& backend_;
    std::uint64_t seed_;
    std::uint64_t step_ = 0;
    std::unique_ptr<T, Release> arena_;
    Exchange<Backend> exchange_;
    Exchanged<T> input_, outputs_, targets_, losses_, class_weights_;
    Exchanged<std::uint64_t> step_number_;
    Exchanged<int> labels_;
    Exchanged<unsigned char> correct_;
    std::vector<Tensor<T>> tensors_;
    std::vector<std::size_t> first_tensor_;
    int active_ = N::output.channels;
    int first_ = 0, elsewhere_ = 0;  // samples of the batch before these, and all that other processes have
    float smoothing_ = 0;
    bool weighted_ = false;
};

}  // namespace tn
