// Runs a network's layers forward, its loss, and the layers backward, on what lies in an arena.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "dsl/loss/loss.hpp"
#include "dsl/net/execute.hpp"
#include "dsl/net/work.hpp"
#include "runtime/model/arena_layout.hpp"

namespace tn {

/// Adds values, for Device::for_ranges.
template <class T> struct AddValues {
    T* sum;
    const T* values;
    constexpr void operator()(int begin, int end) const {
        for (int i = begin; i < end; ++i) sum[i] += values[i];
    }
};

/// What runs a layer, null where nothing does. Layers of the same type and input are one function, and what calls them
/// is compiled once: as statements for every layer large networks would take minutes to compile.
template <class Device, class T> struct LayerPasses {
    void (*forward)(Device&, const Pass<T>&) = nullptr;
    void (*backward)(Device&, const Pass<T>&) = nullptr;
    void (*keep)(Device&, const Pass<T>&) = nullptr;
};
template <class L, Shape In, Sides Last, class Device, class T, bool Forward, bool Backward, bool Keeps>
constexpr LayerPasses<Device, T> layer_passes() {
    LayerPasses<Device, T> found;
    if constexpr (Keeps) found.keep = &KernelOf<Device, L>::template keep<In>;
    if constexpr (Forward && Last.any())
        found.forward = &run_channels_last<L, In, Last, Device, T>;
    else if constexpr (Forward)
        found.forward = &run_forward<L, In, Device, T>;
    if constexpr (Backward) found.backward = &run_backward<L, In, Device, T>;
    return found;
}

/// The running list on a device, which must outlive this. A device that wants to know is told which step of the plan
/// begins.
template <class Layout, class Device, class T> class Executor {
    using N = typename Layout::network;
    using layers = typename Layout::layers;
    static constexpr auto& program = Layout::schedule::program;
    static constexpr auto& plan = Layout::schedule::plan;
    static constexpr bool runs_again = Layout::schedule::planned::planner::runs_again;

public:
    /// `persistent` is where an arena begins, or memory that has the first Layout::planned values of one alone, which
    /// inference only reads; `planned` is where the plan's buffers and what lies behind them are. `random` names the
    /// seed and where the step's number lies.
    Executor(Device& device, T* persistent, T* planned, RandomKey random)
        : device_(device), persistent_(persistent), planned_(planned), random_(random) {}

    /// Makes what inference keeps of the weights, which may have changed.
    void keep() {
        for (std::size_t at = 0; at != layers::size; ++at)
            if (passes[at].keep) passes[at].keep(device_, weights(at));
    }

    /// The most samples that a training step takes forward and backward at once: a whole batch where it is not taken in
    /// parts.
    static constexpr int most_at_once = Layout::schedule::part;

    /// On n samples of a batch from sample `from` on, before which others compute `first`. In training at most
    /// most_at_once of them.
    void forward(int n, bool training, int first = 0, int from = 0) {
        for (std::size_t at = 0, end; at != layers::size; at = end) {
            const int room = program.node[at].part, part = std::clamp(threads(), program.node[at].close, room);
            for (end = at; end != layers::size && program.node[end].part == room;) ++end;
            for (int done = 0; done < n; done += part)
                for (std::size_t i = at; i != end; ++i)
                    if (passes[i].forward) run_forward_pass(i, std::min(part, n - done), first, training, from + done);
        }
    }

    /// The loss of n samples from sample `from` on after forward(); what `p` does not say of the network is filled in.
    void loss(int n, LossPass<T> p, int from = 0) {
        using L = typename N::loss;
        p.outputs = LossTraits<L>::labelled ? N::output.channels : static_cast<int>(N::output.size());
        p.pixels = static_cast<int>(N::output.plane());
        p.x = value(program.output, Run::forward, from);
        begin(program.nodes);
        if constexpr (LossTraits<L>::by_pixels(N::output)) {
            p.work = planned_ + (Layout::loss_work - Layout::planned);
            device_.for_ranges(n * pixel_parts(p.pixels), PixelParts<L, T>{p});
            device_.for_ranges(n, PixelSums<L, T>{p});
        } else {
            device_.for_ranges(n, LossPart<L, T>{p});
        }
    }

    /// After forward() in training and loss() of the same samples. `adds`: the gradients are added to those that are
    /// there. Calls done(I) when the gradients of entry I are there.
    template <class Done> void backward(int n, int first, int from, bool adds, const Done& done) {
        for (std::size_t at = layers::size; at-- > 0;) {
            if constexpr (runs_again)
                for (std::size_t again = plan.again_from[at]; again <= at; ++again)
                    if (plan.runs_again[again]) run_forward_again(again, n, first, from);
            if (passes[at].backward) {
                begin(plan.backward_step[at]);
                [[maybe_unused]] const auto around = pass_of(2 * n * work[at]);
                passes[at].backward(device_, pass(at, n, first, true, Run::backward, from, adds));
                add_gradients(at, adds);
                done(at);
            }
        }
    }

    /// The last entry that runs, and what comes into it, which is there until the next forward().
    static constexpr Node last_node = [] {
        Node last;
        for (int i = 0; i < program.nodes; ++i)
            if (program.node[i].runs && !program.node[i].is_fork) last = program.node[i];
        return last;
    }();
    T* last_input() const { return planned(plan.value[last_node.inputs[0]]); }

    /// The gradient of the network's input, where there is one.
    T* input_gradient() const { return planned(plan.gradient[0]); }

    /// The gradient of the network's output.
    T* output_gradient() const { return planned(plan.gradient[program.output]); }

private:
    template <class... Ps, std::size_t... I>
    static constexpr std::array<LayerPasses<Device, T>, sizeof...(Ps)> list_passes(List<Ps...>,
                                                                                   std::index_sequence<I...>) {
        return {layer_passes<typename Ps::type, program.node[I].in, program.node[I].channels_last, Device, T,
                             (program.node[I].runs && !program.node[I].is_fork),
                             (plan.runs_backward[I] && Layout::trains), (program.node[I].kept > 0)>()...};
    }
    static constexpr auto passes = list_passes(layers{}, std::make_index_sequence<layers::size>{});

    /// The number of each entry's first layer before fusion: random numbers do not depend on what is fused.
    static constexpr auto number_of_layer = [] {
        std::array<std::uint32_t, layers::size> numbers{};
        std::uint32_t next = 0;
        for (std::size_t at = 0; at != layers::size; ++at) {
            numbers[at] = next;
            next += static_cast<std::uint32_t>(LayerTable<layers>::records[at].members);
        }
        return numbers;
    }();

    void run_forward_pass(std::size_t at, int n, int first, bool training, int done) {
        begin(static_cast<int>(at));
        [[maybe_unused]] const auto around = pass_of(n * work[at]);
        passes[at].forward(device_, pass(at, n, first, training, Run::forward, done));
    }

    /// What an entry gives once more for the backward passes behind it; the states that it moves have moved already.
    void run_forward_again(std::size_t at, int n, int first, int from) {
        begin(plan.again_step[at]);
        [[maybe_unused]] const auto around = pass_of(n * work[at]);
        Pass<T> p = pass(at, n, first, true, Run::again, from);
        if (T* spare = planned(plan.spare_states[at])) {
            const States states = LayerTable<layers>::records[at].states(program.node[at].in);
            for (int k = 0; k < states.count; ++k) {
                p.state[k] = spare;
                spare += aligned(states.item[k].size);
            }
        }
        passes[at].forward(device_, p);
    }

    /// Of each entry, for a sample.
    static constexpr auto work = [] {
        std::array<double, layers::size> work{};
        for (std::size_t at = 0; at != layers::size; ++at)
            if (program.node[at].runs) work[at] = work_of(LayerTable<layers>::records[at], program.node[at]);
        return work;
    }();

    T* planned(std::size_t offset) const { return offset == nowhere ? nullptr : planned_ + offset; }

    /// The run of an entry: the forward pass, once more before the backward pass, or that.
    enum class Run { forward, again, backward };

    /// A value from sample `done` on, where it has room for the whole batch.
    T* value(int v, Run run, int done) const {
        T* const all = planned(run == Run::forward ? plan.value[v] : plan.again[v]);
        const int own = program.joined[v].into < 0 ? v : program.joined[v].into;
        return all && plan.whole[v] ? all + program.value[own].size() * done : all;
    }

    /// What an entry keeps from pass to pass.
    Pass<T> weights(std::size_t at) const {
        Pass<T> p;
        const auto& entry = Layout::entries[at];
        for (int k = 0; k < entry.parameters; ++k) {
            p.parameter[k] = persistent_ + entry.parameter[k];
            if (Layout::trains && !entry.freezes(k)) p.gradient[k] = p.parameter[k] + Layout::gradients;
        }
        for (int k = 0; k < entry.states; ++k) p.state[k] = persistent_ + entry.state[k];
        if (program.node[at].kept > 0) p.kept = persistent_ + entry.kept;
        return p;
    }

    /// The tensors of an entry for n samples from sample `done` of the batch on. `adds` as of backward().
    Pass<T> pass(std::size_t at, int n, int first, bool training, Run run, int done, bool adds = false) const {
        const Node& node = program.node[at];
        const bool backward = run == Run::backward;
        Pass<T> p = weights(at);
        p.n = n;
        p.in = node.in;
        p.out = node.out;
        p.training = training && !node.at_inference;
        p.x = value(node.inputs[0], run, done);
        p.y = value(node.outputs[0], run, done);
        p.y_row = node.y_row;
        p.saved = planned(run == Run::forward ? plan.first_saved[at] : plan.saved[at]);
        p.work = planned(backward              ? plan.work_backward[at]
                         : run == Run::forward ? plan.work_forward[at]
                                               : plan.work_again[at]);
        p.random = random_;
        p.random.layer = number_of_layer[at];
        if (training) p.first = first + done;
        p.branches = std::max(node.input_count, node.output_count);
        for (int k = 0; k < node.input_count; ++k) {
            p.branch_shape[k] = program.value[node.inputs[k]];
            p.xs[k] = value(node.inputs[k], run, done);
            if (backward) p.dxs[k] = planned(plan.gradient[node.inputs[k]]);
        }
        if (backward) {
            p.dx = p.dxs[0];
            p.dy = planned(plan.gradient[node.outputs[0]]);
            for (int k = 0; k < node.output_count; ++k) p.dys[k] = planned(plan.gradient[node.outputs[k]]);
        }
        if (backward) each_apart(at, adds, [&](int k, T* gradient, Index) { p.gradient[k] = gradient; });
        p.adds = adds && node.adds_gradients;
        return p;
    }

    /// Calls f(parameter, gradient, size) for every parameter of an entry that a later layer has, too, or, with `adds`,
    /// for all: where the entry's own gradient of it lies before it is added, unless the kernel adds. And for every
    /// frozen one, whose gradient nobody reads.
    template <class F> void each_apart(std::size_t at, bool adds, F f) const {
        const auto& entry = Layout::entries[at];
        const bool by_kernel = adds && program.node[at].adds_gradients;
        if (!Layout::trains || !((adds && !by_kernel) || entry.added | entry.frozen)) return;
        const Parameters all = LayerTable<layers>::records[at].parameters(program.node[at].in);
        T* gradient = planned(plan.added_gradients[at]);
        for (int k = 0; k < entry.parameters; ++k) {
            const bool own = by_kernel ? entry.freezes(k) : adds || entry.adds(k) || entry.freezes(k);
            if (!own) continue;
            f(k, gradient, all.item[k].size());
            gradient += aligned(all.item[k].size());
        }
    }
    void add_gradients(std::size_t at, bool adds) {
        each_apart(at, adds, [&](int k, const T* own, Index size) {
            if (Layout::entries[at].freezes(k)) return;
            T* const all = persistent_ + Layout::entries[at].parameter[k] + Layout::gradients;
            device_.for_ranges(static_cast<int>(size), AddValues<T>{all, own});
        });
    }

    int threads() const {
        if constexpr (requires { device_.threads().threads(); })
            return device_.threads().threads();
        else
            return N::batch;
    }
    auto pass_of([[maybe_unused]] double work) {
        if constexpr (requires { device_.pass_of(work); })
            return device_.pass_of(work);
        else
            return 0;
    }
    void begin(int step) {
        if constexpr (requires { device_.begin(step); }) device_.begin(step);
    }

    Device& device_;
    T *persistent_, *planned_;
    RandomKey random_;
};

}  // namespace tn
